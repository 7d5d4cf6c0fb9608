// The explorer's face. What there is to show comes from Python as `_view`; what a person does goes back as `_asked`.

const element = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children.filter((each) => each !== null));
  return made;
};

const keyed = (made, key) => {
  made.dataset.key = key;
  return made;
};

// Pieces of HTML that roc has written and escaped itself.
const written = (html, attributes = {}) => element("div", { ...attributes, innerHTML: html });

function render({ model, el }) {
  const opened = new Map();
  const live = element("p", { role: "status", className: "roc-live" });
  const body = element("div");
  const root = element("section", { className: "roc-screen roc-explorer", tabIndex: -1 }, live, body);
  root.dataset.lmSuppressShortcuts = "true"; // keys are ours here, not JupyterLab's

  const ask = (...what) => {
    const [count] = model.get("_asked");
    model.set("_asked", [count + 1, ...what]);
    model.save_changes();
  };

  const verdict = (ok, text) => element("span", { className: ok ? "roc-ok" : "roc-not-ok" }, text);

  const choices = (view) => {
    const parts = [];
    if (view.pathways.length) {
      const options = view.pathways.map(([name, label]) =>
        element("option", { value: name, selected: name === view.pathway }, label),
      );
      const select = element("select", { onchange: (event) => ask("pathway", event.target.value) }, ...options);
      parts.push(element("p", {}, element("label", {}, "Pathway ", keyed(select, "pathway"))));
    }
    for (const [name, label, met] of view.conditions) {
      const box = element("input", { type: "checkbox", checked: met, onchange: () => ask("condition", name) });
      parts.push(element("p", {}, element("label", {}, keyed(box, `condition ${name}`), ` ${label}`)));
    }
    return parts;
  };

  const unitRows = (group, unit, view) => {
    const key = `${group.name} ${unit.number}`;
    const box = element("input", {
      type: "checkbox",
      checked: unit.chosen,
      disabled: unit.closed,
      "aria-label": `${unit.number} ${unit.title}`,
      onchange: () => ask("unit", unit.number),
    });
    const isAsked = view.why !== null && view.why.unit === unit.number;
    const why = element(
      "button",
      { type: "button", "aria-expanded": String(isAsked), "aria-label": `Why? ${unit.number}`, onclick: () => ask("why", unit.number) },
      "Why?",
    );
    const row = element(
      "tr",
      { className: unit.closed ? "roc-closed" : "" },
      element("td", {}, keyed(box, key)),
      element("th", { scope: "row" }, element("span", { className: "roc-number" }, unit.number)),
      element("td", {}, unit.title),
      element("td", { className: "roc-amount" }, unit.level),
      element("td", { className: "roc-amount" }, unit.credit),
      element("td", { className: "roc-short" }, `${unit.text} `, unit.why ? keyed(why, `why ${key}`) : null),
    );
    if (!isAsked) return [row];
    return [row, element("tr", {}, element("td", { colSpan: 6 }, written(view.why.html, { className: "roc-why" })))];
  };

  const groupDetails = (group, view) => {
    const heading = verdict(group.ok, group.heading);
    if (!opened.has(group.name)) opened.set(group.name, group.open);
    const summary = keyed(element("summary", {}, element("strong", {}, heading)), `group ${group.name}`);
    const details = element("details", { open: opened.get(group.name) }, summary, written(group.about));
    details.style.marginInlineStart = `${group.depth}rem`;
    details.addEventListener("toggle", () => opened.set(group.name, details.open));
    if (group.units.length) {
      const heads = ["Number", "Title", "Level", "Credit", "Status"].map((text) => element("th", { scope: "col" }, text));
      const box = element("th", { scope: "col" }, element("span", { className: "roc-hidden" }, "Chosen"));
      const head = element("tr", {}, box, ...heads);
      const rows = group.units.flatMap((unit) => unitRows(group, unit, view));
      details.append(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
    }
    return details;
  };

  const finish = (view) => {
    if (view.finish === null) return [];
    const button = element("button", { type: "button", onclick: () => ask("finish") }, "Add these");
    return [element("p", {}, `Shortest way to finish: ${view.finish} `, keyed(button, "finish"))];
  };

  const draw = () => {
    const view = model.get("_view");
    const held = root.contains(root.getRootNode().activeElement) ? root.getRootNode().activeElement.dataset.key : null;
    root.setAttribute("aria-label", `Explorer of ${view.name}`);
    live.replaceChildren(verdict(view.ok, view.summary));
    body.replaceChildren(
      written(view.head),
      ...choices(view),
      ...finish(view),
      ...view.groups.map((group) => groupDetails(group, view)),
    );
    if (held) {
      const again = [...root.querySelectorAll("[data-key]")].find((each) => each.dataset.key === held);
      (again ?? root).focus();
    }
  };

  model.on("change:_view", draw);
  draw();
  el.append(root);
  return () => model.off("change:_view", draw);
}

export default { render };
