// Colors: applies the choice at once and lets the server remember it. Without this file the form posts and reloads.
for (const form of document.querySelectorAll("[data-theme-form]")) {
  form.addEventListener("submit", async (event) => {
    const choice = event.submitter;
    if (!choice) return;
    event.preventDefault();
    const data = new FormData(form);
    data.set("theme", choice.value);
    try {
      const answer = await fetch(form.action, { method: "POST", body: data, redirect: "manual" });
      if (!answer.ok && answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    } catch {
      location.reload();
      return;
    }
    if (choice.value) document.documentElement.dataset.theme = choice.value;
    else delete document.documentElement.dataset.theme;
    for (const button of form.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button === choice));
    }
  });
}
