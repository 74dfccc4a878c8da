// Keys for the review of a record: 1, 2 and 3 answer the question in which the focus is and lead to the next one.
// A deviation leads to its note first. Control and Enter keep the answers.
const form = document.querySelector("[data-audit-keys]");
const answers = { 1: "conforming", 2: "deviation", 3: "not_testable" };

const questions = () => [...form.querySelectorAll(".audit-question")];
const typing = (target) => target.closest("textarea, input:not([type=radio]), select") !== null;
const current = () => {
  const all = questions();
  const here = document.activeElement?.closest(".audit-question");
  const open = all.findIndex((one) => !one.querySelector("input[type=radio]:checked"));
  return here ? all.indexOf(here) : Math.max(open, 0);
};

const enter = (index) => {
  const question = questions()[index];
  const target = question ? question.querySelector("input[type=radio]") : form.querySelector("button[type=submit]");
  target.focus({ preventScroll: true });
  (question ?? target).scrollIntoView({ block: "center" });
};

const answer = (key) => {
  const index = current();
  const question = questions()[index];
  const radio = question.querySelector(`input[type=radio][value=${answers[key]}]`);
  if (!radio) return;
  radio.checked = true;
  if (answers[key] === "conforming") enter(index + 1);
  else question.querySelector("textarea").focus();
};

document.addEventListener("keydown", (event) => {
  if (!form || !form.querySelector("input[type=radio]")) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !(event.key in answers)) return;
  event.preventDefault();
  answer(event.key);
});
