/** The behaviour of all forms: they are sent once, Ctrl+Enter sends them, and Escape leaves them. */

/** After this time, or after Escape, a form can be sent again: the user may have stopped loading the response. */
const PENDING_MS = 10_000;

document.addEventListener("submit", (event) => {
  const { target: form } = event;
  // HTMX has sent it, or a script has handled it.
  if (event.defaultPrevented || form.method === "dialog") return;
  if (form.classList.contains("pending")) event.preventDefault();
  else {
    form.classList.add("pending");
    setTimeout(() => form.classList.remove("pending"), PENDING_MS);
  }
});

/** Safari ends a composition with a key event whose `isComposing` is false. @param {KeyboardEvent} event */
const isComposing = ({ isComposing, keyCode }) => isComposing || keyCode === 229;

document.addEventListener("keydown", (event) => {
  const { form } = event.target;
  if (!form || isComposing(event)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit();
  } else if (event.key === "Escape") {
    form.classList.remove("pending");
    form.querySelector("[data-cancel]")?.click();
  }
});
