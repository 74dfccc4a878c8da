// Colors: applies the choice at once and lets the server remember it. Without this file the form posts and reloads.
for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const choice = event.submitter;
    if (!choice) return;
    event.preventDefault();
    const data = new FormData(form);
    data.set("theme", choice.value);
    // If the server cannot be reached the choice holds for this page, which is all that is lost.
    fetch(form.action, { method: "POST", body: data, redirect: "manual" }).catch(() => undefined);
    if (choice.value) document.documentElement.dataset.theme = choice.value;
    else delete document.documentElement.dataset.theme;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === choice));
    }
  });
}
