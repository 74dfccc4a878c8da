// Puts a new board in the place of the old one: the keyboard stays where it was, numbers that changed are marked and
// said once to screen readers.
const announcer = document.getElementById("announcer");
const counts = (board) => new Map([...board.querySelectorAll("[data-count]")].map((one) => [one.dataset.count, one.textContent]));

export const show = (board, html) => {
  const before = counts(board);
  const focused = board.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  board.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  if (focused) [...board.querySelectorAll("a")].find((link) => link.getAttribute("href") === focused)?.focus();
  const changed = [];
  for (const one of board.querySelectorAll("[data-count]")) {
    if (before.get(one.dataset.count) === one.textContent) continue;
    one.classList.add("is-new");
    changed.push(`${one.dataset.count}: ${one.textContent}`);
  }
  if (changed.length) announcer.textContent = changed.join(". ");
  document.dispatchEvent(new Event("portal:shown"));
};
