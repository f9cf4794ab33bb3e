/** Adds a button to each field with `data-copy`. The button copies the text of the field, and says so. */

/** @param {HTMLInputElement} field */
function addButton(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
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
  field.after(button);
}

/** @param {ParentNode} root */
function addButtons(root) {
  for (const field of root.querySelectorAll("[data-copy]:not(:has(+ button))")) addButton(field);
}

addButtons(document);
document.addEventListener("htmx:load", ({ target }) => addButtons(target));
