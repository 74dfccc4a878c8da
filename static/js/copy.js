// A button that copies what stands in a field; without JavaScript the field is selected and copied by hand.
for (const button of document.querySelectorAll("[data-copy-from]")) {
  const field = document.getElementById(button.dataset.copyFrom);
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    field.select();
    await navigator.clipboard.writeText(field.value);
    button.textContent = "✓";
    button.setAttribute("aria-label", field.getAttribute("aria-label"));
  });
}
