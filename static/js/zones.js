// Offers the zone of the browser where it differs from what the field says. It is a first guess, never set unasked.
for (const field of document.querySelectorAll("input[data-zone]")) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!own || field.value === own) continue;
  const offer = document.createElement("button");
  offer.type = "button";
  offer.className = "button button--small";
  offer.textContent = own;
  const line = document.createElement("div");
  line.className = "row small muted";
  line.append(document.createTextNode(field.dataset.zone), offer);
  offer.addEventListener("click", () => {
    field.value = own;
    line.remove();
    field.focus();
  });
  field.after(line);
}
