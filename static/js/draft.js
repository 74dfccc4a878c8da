// Keeps what is typed into <form data-draft="name"> in this browser until the form is accepted.
// Passwords, files and hidden fields are never kept. A form that came back with errors wins over the draft.
// Each person has drafts of their own, also on a computer that several people use.
const KEEP_DAYS = 14;
const keyOf = (name) => `draft:${document.body.dataset.person || ""}:${name}`;
const kept = (field) => field.name && !["password", "file", "hidden", "submit"].includes(field.type);

for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = keyOf(form.dataset.draft);
  const status = form.querySelector("[data-draft-status]");
  const fields = () => [...form.elements].filter(kept);
  const say = (text) => { if (status) status.textContent = text; };

  const read = () => {
    try {
      const draft = JSON.parse(localStorage.getItem(key) || "null");
      return draft && Date.now() - draft.at < KEEP_DAYS * 86400000 ? draft : null;
    } catch { return null; }
  };

  const write = () => {
    const values = {};
    for (const field of fields()) {
      if (["radio", "checkbox"].includes(field.type)) {
        if (field.checked) (values[field.name] ||= []).push(field.value);
      } else values[field.name] = [field.value];
    }
    try {
      localStorage.setItem(key, JSON.stringify({ at: Date.now(), values }));
      say(form.dataset.draftSaved || "Draft kept in this browser.");
    } catch { say(""); }
  };

  const draft = read();
  if (draft && !document.querySelector(".errors")) {
    for (const field of fields()) {
      const values = draft.values[field.name];
      if (!values) continue;
      if (["radio", "checkbox"].includes(field.type)) field.checked = values.includes(field.value);
      else if (!field.value || field.tagName === "SELECT") field.value = values[0];
    }
    form.dispatchEvent(new Event("change", { bubbles: true }));
    say(form.dataset.draftRestored || "Your draft was restored.");
  }

  let timer;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(write, 600); });
  form.addEventListener("reset", () => localStorage.removeItem(key));
}

// The page that confirms says which draft is done with: <body>…<i data-draft-done="name" hidden></i>
for (const done of document.querySelectorAll("[data-draft-done]")) {
  try { localStorage.removeItem(keyOf(done.dataset.draftDone)); } catch { /* nothing kept, nothing to forget */ }
}
