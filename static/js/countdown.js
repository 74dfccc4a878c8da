// Deadline badges count on between two page loads: minutes of support time, no request, no movement.
// Only a change of state is announced to screen readers. The words are those of slaportal/lib/durations.py.
const moment = document.documentElement.lang.startsWith("de") ? "weniger als eine Minute" : "less than a minute";
const inWords = (seconds) => {
  const total = Math.floor(Math.abs(seconds) / 60);
  const days = Math.floor(total / 1440);
  const hours = Math.floor((total % 1440) / 60);
  const minutes = total % 60;
  if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
  if (hours) return minutes ? `${hours} h ${String(minutes).padStart(2, "0")} min` : `${hours} h`;
  return minutes ? `${minutes} min` : moment;
};

let started, openedAt, badges;
const announcer = document.getElementById("announcer");

const collect = () => {
  started = performance.now();
  openedAt = Date.now();
  badges = [...document.querySelectorAll("[data-remaining-seconds]")].map(read).filter(counts);
};

const read = (badge) => {
  const headline = badge.querySelector(".clock__headline");
  const remaining = Number(badge.dataset.remainingSeconds);
  const until = badge.dataset.countsUntil ? (Date.parse(badge.dataset.countsUntil) - openedAt) / 1000 : Infinity;
  return { badge, headline, remaining, until, text: headline.textContent, words: inWords(remaining) };
};

// A headline in another unit, such as business days, stands until the next page load.
const counts = ({ badge, text, words, remaining }) =>
  ["running", "at_risk", "breaching"].includes(badge.dataset.state) && Number.isFinite(remaining) && text.includes(words);

const show = (badge, state, message) => {
  badge.classList.replace(`clock--${badge.dataset.state}`, `clock--${state}`);
  badge.dataset.state = state;
  const use = badge.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*$/, `#${state}`));
  announcer.textContent = `${badge.dataset.metric}: ${message}`;
};

const tick = () => {
  const passed = (performance.now() - started) / 1000;
  for (const { badge, headline, remaining, until, text, words } of badges) {
    if (badge.dataset.done) continue;
    const left = remaining - Math.min(passed, Math.max(until, 0));
    if (remaining > 0 && left <= 0) {
      headline.textContent = badge.dataset.dueText || "Due now – reload the page for the result";
      badge.dataset.done = "true";
      announcer.textContent = `${badge.dataset.metric}: ${headline.textContent}`;
      continue;
    }
    const next = text.replace(words, inWords(left));
    if (headline.textContent !== next) headline.textContent = next;
    const warnAt = Number(badge.dataset.warnAtSeconds || 0);
    if (badge.dataset.state === "running" && left <= warnAt) show(badge, "at_risk", next);
  }
};

collect();
setInterval(tick, 15000);
// The dashboard replaces its badges while one looks at it.
document.addEventListener("portal:shown", collect);
