// Opening a message marks it as read. Without this file "Mark as read" does it.
for (const form of document.querySelectorAll("form[data-read]")) {
  const link = form.closest("li").querySelector(".inbox__title a");
  const mark = () => navigator.sendBeacon(form.action, new FormData(form));
  link?.addEventListener("click", mark);
  link?.addEventListener("auxclick", (event) => { if (event.button === 1) mark(); });
}
