/** Copies the value of the field that a button names in `data-copy`, and reports it on the button. */

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    // Without permission to write to the clipboard, the user has to copy the selected text.
    field.focus();
    field.select();
    button.textContent = "Selected. Press Ctrl+C";
  }
});
