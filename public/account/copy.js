/** Copies what stands in the field that a button with `data-copy` names, and says so on the button. */

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(field.value);
    button.textContent = "Copied";
  } catch {
    // Not everywhere may a page do this: then it is for the user to press the keys.
    field.focus();
    field.select();
    button.textContent = "Selected: copy it";
  }
});
