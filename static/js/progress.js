// Shows how far long work is, once a second, until it is over. Without this file a link on the page asks anew.
const place = document.querySelector("[data-progress][data-open]");
const SECOND = 1000;
let wait = SECOND;

async function look() {
  try {
    const answer = await fetch("?part", { headers: { Accept: "text/html" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").body.firstElementChild;
    const now = place.firstElementChild;
    const held = now.contains(document.activeElement);
    // Whoever is about to press a button must not lose it under the finger.
    if (now.outerHTML !== part.outerHTML) now.replaceWith(part);
    if (held) place.querySelector("button, a")?.focus();
    wait = SECOND;
    if (!["waiting", "running"].includes(part.dataset.state)) {
      document.getElementById("announcer").textContent = part.querySelector(".job__state").textContent.trim();
      return;
    }
  } catch {
    wait = Math.min(wait * 2, 30 * SECOND);
  }
  setTimeout(look, wait);
}

if (place) setTimeout(look, wait);
