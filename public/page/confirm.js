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
    const { confirm, confirmKind = "danger" } = form.dataset;
    const yes = button(submitter?.title || submitter?.textContent.trim() || "Continue", "yes", confirmKind);
    ask(confirm, yes, openerOf(form), () => {
      confirmed.add(form);
      // A field of confirmForm in src/web/pages/confirmation.ts: without it, the server asks.
      if (form.elements.confirmed) form.elements.confirmed.value = "yes";
      form.requestSubmit(submitter);
    });
  },
  { capture: true },
);

/** The button of the menu that a form is in. The dialog closes the menu. @param {HTMLFormElement} form */
function openerOf(form) {
  const menu = form.closest("[popover]");
  return menu && document.querySelector(`[popovertarget="${menu.id}"]`);
}

/**
 * @param {string} question
 * @param {HTMLButtonElement} yes The button that confirms.
 * @param {HTMLElement | null} opener Takes the focus afterwards.
 * @param {() => void} onConfirm
 */
function ask(question, yes, opener, onConfirm) {
  const dialog = document.createElement("dialog");
  const text = document.createElement("p");
  text.id = "confirm-question";
  text.textContent = question;
  const buttons = document.createElement("form");
  buttons.method = "dialog";
  buttons.className = "actions";
  buttons.append(button("Cancel", "no", ""), yes);
  dialog.setAttribute("aria-labelledby", text.id);
  dialog.append(text, buttons);
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    opener?.focus();
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
