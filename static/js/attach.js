// Files by paste and by drag, beside the button: they land in the form's own file field, so nothing is sent until the
// form is, and the form works the same without this script. Below the field stands a list with sizes and a way back.
const size = (bytes) =>
  bytes < 1048576 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1048576).toFixed(1)} MB`;

function show(input, list) {
  list.replaceChildren(
    ...[...input.files].map((file, place) => {
      const line = document.createElement("li");
      const away = document.createElement("button");
      away.type = "button";
      away.className = "button button--quiet button--small";
      away.textContent = "×";
      away.setAttribute("aria-label", `${input.dataset.remove || "Remove"} ${file.name}`);
      away.addEventListener("click", () => {
        put(input, list, [...input.files].filter((_, other) => other !== place));
        input.focus();
      });
      line.append(`${file.name} · ${size(file.size)} `, away);
      return line;
    }),
  );
}

function put(input, list, files) {
  const carrier = new DataTransfer();
  files.forEach((file) => carrier.items.add(file));
  input.files = carrier.files;
  show(input, list);
}

for (const input of document.querySelectorAll("input[type=file][multiple]")) {
  const form = input.form;
  const list = document.createElement("ul");
  list.className = "attached";
  list.setAttribute("aria-live", "polite");
  input.after(list);
  input.addEventListener("change", () => show(input, list));
  form.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return; // ordinary text goes where the cursor is
    event.preventDefault();
    put(input, list, [...input.files, ...files]);
  });
  for (const kind of ["dragover", "dragleave", "drop"]) {
    form.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      form.classList.toggle("form--receiving", kind === "dragover");
      if (kind === "drop") put(input, list, [...input.files, ...event.dataTransfer.files]);
    });
  }
}
