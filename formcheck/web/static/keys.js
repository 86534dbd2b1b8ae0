"use strict";
// Single keys for what has a button or link on the page.
(() => {
  const press = (id) => { const found = document.getElementById(id); if (found) found.click(); return Boolean(found); };
  const answer = (number) => {
    const group = document.querySelector("fieldset.answers:not(.answered)") || document.querySelector("fieldset.answers");
    const ends = ["", ":fault", ":no_fault", ":cannot_tell"][number];
    const button = group && [...group.querySelectorAll("button")].find((one) => one.value.endsWith(ends));
    if (button) button.click();
    return Boolean(button);
  };
  const note = () => { const box = document.getElementById("note"); if (box) box.focus(); return Boolean(box); };
  const keys = {
    n: () => press("next") || press("start"),
    z: () => { const form = document.getElementById("undo"); if (form) form.requestSubmit(); return Boolean(form); },
    1: () => answer(1), 2: () => answer(2), 3: () => answer(3),
    m: note,
  };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=range]), textarea, select")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = keys[event.key.toLowerCase()];
    if (act && act()) event.preventDefault();
  });
  let sent = false;  // a key held down must not judge the next one too
  addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => { sent = false; });
  addEventListener("keydown", (event) => { if (event.repeat && /^[123nz]$/i.test(event.key)) event.stopImmediatePropagation(); }, true);
})();
