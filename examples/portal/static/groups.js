/* While htmx swaps the draft, what was open stays open, the pressed button stays under the finger, and the news is said. */
(() => {
  let open = new Map();
  let focused = "";
  let top = 0;

  document.addEventListener("htmx:beforeSwap", () => {
    open = new Map([...document.querySelectorAll("#draft details[id]")].map((each) => [each.id, each.open]));
    focused = document.activeElement.id;
    top = document.activeElement.getBoundingClientRect().top;
  });

  document.addEventListener("htmx:afterSwap", () => {
    const draft = document.getElementById("draft");
    for (const each of draft.querySelectorAll("details[id]")) {
      if (open.has(each.id)) each.open = open.get(each.id);
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
    document.getElementById("live").textContent = [...said, draft.dataset.announce].join(" ");
  });
})();
