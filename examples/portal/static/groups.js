/* While htmx swaps the draft, what was open stays open, the focus stays where it was, and the news is said aloud. */
(() => {
  let open = new Map();
  let focused = "";

  document.addEventListener("htmx:beforeSwap", () => {
    open = new Map([...document.querySelectorAll("#draft details[id]")].map((each) => [each.id, each.open]));
    focused = document.activeElement ? document.activeElement.id : "";
  });

  document.addEventListener("htmx:afterSwap", () => {
    const draft = document.getElementById("draft");
    if (!draft) return;
    for (const each of draft.querySelectorAll("details[id]")) {
      if (open.has(each.id)) each.open = open.get(each.id);
    }
    const problem = document.getElementById("problem");
    const row = focused.replace(/^(add|remove|why)-/, "");
    const successor = [focused, `add-${row}`, `remove-${row}`, `why-${row}`].map((id) => id && document.getElementById(id));
    const next = problem || successor.find(Boolean);
    if (next) next.focus({ preventScroll: !problem });
    const said = [...draft.querySelectorAll(":scope > .notice")].map((each) => each.textContent.trim());
    document.getElementById("live").textContent = [...said, draft.dataset.announce].join(" ");
  });
})();
