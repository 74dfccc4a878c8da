// Offers open issues that sound like the title, once the person has left the field. Never in the way of sending.
const box = document.querySelector("[data-similar]");
const form = box && box.closest("form");
const title = form && form.elements.namedItem("title");
let asked = "";
let running = null;

const hide = () => {
  box.hidden = true;
  box.replaceChildren();
};

const ask = async () => {
  const typed = title.value.trim();
  if (typed === asked) return;
  asked = typed;
  if (running) running.abort();
  if (typed.length < 5) return hide();
  running = new AbortController();
  const address = new URL(box.dataset.similar, location.href);
  address.searchParams.set("title", typed.slice(0, 200));
  if (box.dataset.organization) address.searchParams.set("organization", box.dataset.organization);
  try {
    const answer = await fetch(address, { signal: running.signal, headers: { Accept: "text/html" } });
    if (answer.status !== 200 || answer.redirected) return hide();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    box.replaceChildren(...page.body.childNodes);
    box.hidden = false;
  } catch {
    hide(); // offline, or a newer title was asked about: nothing is lost
  }
};

if (title) {
  title.addEventListener("blur", ask);
  box.addEventListener("click", ({ target }) => {
    if (target.closest("[data-similar-dismiss]")) {
      hide();
      form.elements.namedItem("description").focus();
    }
    // The draft was about the issue that is followed now.
    if (target.closest("[data-similar-follow]")) localStorage.removeItem(`draft:${document.body.dataset.person || ""}:${form.dataset.draft}`);
  });
}
