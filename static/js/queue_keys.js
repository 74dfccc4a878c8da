// Keys for the staff's queue: j and k move, Enter opens, x selects, / searches. One press on "Keys on" switches all off,
// and the choice is remembered in this browser.
const STORED = "queue-keys-off";
let off = localStorage.getItem(STORED) === "1";
let at = -1;

const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
const rows = () => [...document.querySelectorAll("#result_list tr.data-row")];

const mark = (index) => {
  const all = rows();
  if (!all.length) return;
  at = Math.max(0, Math.min(index, all.length - 1));
  all.forEach((row, number) => row.classList.toggle("q-here", number === at));
  all[at].querySelector("a")?.focus({ preventScroll: true });
  all[at].scrollIntoView({ block: "nearest" });
};

const acts = {
  j: () => mark(at + 1),
  k: () => mark(at - 1),
  x: () => rows()[at]?.querySelector("input.action-select")?.click(),
};

const pressed = (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (off) {
    // The theme has a key of its own for the search; off means off.
    if (event.key === "/") event.stopImmediatePropagation();
    return;
  }
  const act = acts[event.key];
  if (!act) return;
  event.preventDefault();
  act();
};

const show = (button) => {
  button.hidden = false;
  button.setAttribute("aria-pressed", String(!off));
  button.textContent = off ? "Keys off" : "Keys on";
  button.parentElement.classList.toggle("q-keys--off", off);
};

window.addEventListener("keydown", pressed, { capture: true });
document.addEventListener("DOMContentLoaded", () => {
  const button = document.querySelector("[data-queue-keys]");
  if (!button) return;
  show(button);
  button.addEventListener("click", () => {
    off = !off;
    localStorage.setItem(STORED, off ? "1" : "0");
    show(button);
  });
});
