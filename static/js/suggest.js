// Suggests a level while the impact questions are answered. The server computes it again in any case.
const table = JSON.parse(document.getElementById("impact-table").textContent);
const names = JSON.parse(document.getElementById("level-names").textContent);
const form = document.querySelector("form.report");

const meant = (question) => {
  const chosen = form.querySelector(`[name="impact_${question.key}"]:checked`);
  if (!chosen) return null;
  const answer = question.answers.find(({ key }) => key === chosen.value);
  return answer ? answer.counts_as || answer.key : null;
};

const suggested = () => {
  const given = Object.fromEntries((table.questions || []).map((question) => [question.key, meant(question)]));
  if (!table.questions || Object.values(given).includes(null)) return "";
  const line = table.lines.find(({ when }) => Object.entries(when).every(([key, allowed]) => allowed.includes(given[key])));
  return line ? line.level : table.otherwise;
};

const show = () => {
  const level = suggested();
  for (const tag of form.querySelectorAll("[data-suggested]")) tag.hidden = tag.dataset.suggested !== level;
  const name = form.querySelector("[data-suggestion-name]");
  if (name) name.textContent = level ? names[level] : "";
  const hint = form.querySelector("[data-suggestion-hint]");
  if (hint) hint.hidden = Boolean(level);
  const announcer = document.getElementById("announcer");
  if (level && announcer && announcer.dataset.level !== level) {
    announcer.dataset.level = level;
    announcer.textContent = `${names[level]}`;
  }
};

if (form) {
  form.addEventListener("change", show);
  show();
}
