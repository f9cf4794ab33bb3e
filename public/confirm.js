/** Asks for confirmation before the browser or HTMX submits a form with `data-confirm`. */

/** @type {WeakSet<HTMLFormElement>} */
const confirmed = new WeakSet();

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    if (!form.dataset.confirm || confirmed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    ask(form.dataset.confirm, submitter?.textContent ?? "Continue", () => {
      confirmed.add(form);
      // A field of confirmForm in src/web/pages/confirmation.ts: without it, the server asks.
      if (form.elements.confirmed) form.elements.confirmed.value = "yes";
      form.requestSubmit(submitter);
    });
  },
  { capture: true },
);

/**
 * @param {string} question
 * @param {string} answer The text of the button that confirms.
 * @param {() => void} onConfirm
 */
function ask(question, answer, onConfirm) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.id = "confirm-question";
  text.textContent = question;
  const buttons = document.createElement("form");
  buttons.method = "dialog";
  buttons.className = "actions";
  buttons.append(button("Cancel", "no", "quiet"), button(answer, "yes", "danger"));
  const box = document.createElement("article");
  box.append(text, buttons);
  dialog.setAttribute("aria-labelledby", text.id);
  dialog.append(box);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (dialog.returnValue === "yes") onConfirm();
  });
  dialog.showModal();
}

/**
 * @param {string} text
 * @param {string} value
 * @param {string} className
 */
function button(text, value, className) {
  const element = document.createElement("button");
  Object.assign(element, { textContent: text, value, className });
  return element;
}
