/* While htmx swaps the draft, what was open stays open, what is being typed stays typed, the pressed button stays under
 * the finger, and the news is said. */
(() => {
  let open = new Map();
  let sent = new Map();
  let typed = new Map();
  let focused = "";
  let top = 0;

  const value = (field) => (field.type === "checkbox" ? field.checked : field.value);
  const values = () =>
    new Map([...document.querySelectorAll("#draft :is(input, select)[id]")].map((each) => [each.id, value(each)]));

  document.addEventListener("htmx:beforeRequest", () => {
    sent = values();
  });

  document.addEventListener("htmx:beforeSwap", () => {
    open = new Map([...document.querySelectorAll("#draft details[id]")].map((each) => [each.id, each.open]));
    typed = new Map([...values()].filter(([id, now]) => sent.get(id) !== now));
    focused = document.activeElement.id;
    top = document.activeElement.getBoundingClientRect().top;
  });

  document.addEventListener("htmx:afterSwap", () => {
    const draft = document.getElementById("draft");
    for (const each of draft.querySelectorAll("details[id]")) {
      if (open.has(each.id)) each.open = open.get(each.id);
    }
    for (const [id, now] of typed) {
      const field = document.getElementById(id);
      if (field) field[field.type === "checkbox" ? "checked" : "value"] = now;
    }
    const problem = document.getElementById("problem");
    const row = focused.replace(/^(add|remove|why)-/, "");
    const names = [focused, `add-${row}`, `remove-${row}`, `why-${row}`].filter(Boolean);
    const successor = names.map((name) => document.getElementById(name)).find(Boolean);
    if (problem) {
      problem.focus();
    } else if (successor) {
      successor.focus({ preventScroll: true });
      window.scrollBy(0, successor.getBoundingClientRect().top - top);
    }
    const said = [...draft.querySelectorAll(":scope > .notice")].map((each) => each.textContent.trim());
    said.push(document.getElementById("news").dataset.announce);
    document.getElementById("live").textContent = said.join(" ");
  });
})();
