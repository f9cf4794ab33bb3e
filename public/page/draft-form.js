/** The fields of forms with drafts. */
import { claimDraft, readDraft, removeDraft, writeDraft } from "./draft-store.js";
import { hashOf } from "./text-hash.js";

/** Maximum hashes in the field `sent`. */
const MAX_SENT = 10;

/** The hidden fields as the server rendered them, of forms whose draft was restored. @type {WeakMap<HTMLFormElement, object>} */
const rendered = new WeakMap();

/** @param {HTMLFormElement} form */
const fieldsOf = (form) =>
  [...form.elements].filter(({ name, type }) => name !== "" && ["text", "textarea", "search", "email"].includes(type));

/** @param {HTMLFormElement} form */
const hiddenFieldsOf = (form) =>
  [...form.elements].filter(({ name }) => ["submission", "version", "sent", "id"].includes(name));

const valuesOf = (fields) => Object.fromEntries(fields.map(({ name, value }) => [name, value]));

/** The values of the visible fields, by name. @param {HTMLFormElement} form */
export const textOf = (form) => valuesOf(fieldsOf(form));

/** @param {ParentNode} root */
export const draftFormsIn = (root) => [...root.querySelectorAll("form[data-draft]")];

/** Whether the server has refused the text of the form and shows it again. Such text is stored nowhere else. */
const isRefused = (form) => form.querySelector(".message.failed, [aria-invalid]") !== null;

/** Whether the form has the text that the server rendered, and it is stored. */
const isStored = (form) =>
  fieldsOf(form).every(({ value, defaultValue }) => value === defaultValue) && !isRefused(form);

/**
 * @param {HTMLFormElement} form
 * @param {Partial<import("./draft-store.js").Draft>} [given] Replaces parts of the draft, which otherwise come from the form.
 */
export function saveDraft(form, given) {
  const { draft: name } = form.dataset;
  if (isStored(form)) return removeDraft(name);
  const { sent, deletedAt } = readDraft(name) ?? {};
  writeDraft(name, { text: textOf(form), hidden: valuesOf(hiddenFieldsOf(form)), sent, deletedAt, ...given });
}

/**
 * Remembers the text that a form sends, in its draft and in its field `sent`: if no response arrives, the server
 * recognizes this text as the user's own.
 *
 * @param {HTMLFormElement} form
 */
export function rememberSent(form) {
  const text = textOf(form);
  const field = form.elements.namedItem("sent");
  if (field) {
    const hash = hashOf(Object.values(text));
    const earlier = field.value.split(" ").filter((sent) => sent !== "" && sent !== hash);
    field.value = [...earlier, hash].slice(-MAX_SENT).join(" ");
  }
  saveDraft(form, { sent: text });
}

/** Continues the draft with the hidden fields of the form that came with the response. @param {HTMLFormElement} form */
export function renewDraft(form) {
  const draft = readDraft(form.dataset.draft);
  if (draft) writeDraft(form.dataset.draft, { ...draft, hidden: valuesOf(hiddenFieldsOf(form)) });
}

/** Fills in the draft of a form. @param {HTMLFormElement} form @param {boolean} isAnnounced Whether the form says so. */
export function restoreDraft(form, isAnnounced) {
  const { draft: name } = form.dataset;
  const draft = readDraft(name);
  if (!draft) return;
  claimDraft(name, draft);
  const changed = fieldsOf(form).filter(({ name, value }) => (draft.text[name] ?? value) !== value);
  if (changed.length === 0) {
    // An earlier submission has stored it.
    if (isStored(form)) removeDraft(name);
    return;
  }
  rendered.set(form, valuesOf(hiddenFieldsOf(form)));
  for (const field of hiddenFieldsOf(form)) field.value = draft.hidden[field.name] ?? field.value;
  for (const field of changed) field.value = draft.text[field.name];
  form.dispatchEvent(new Event("draft:restored", { bubbles: true }));
  if (isAnnounced) announce(form);
}

/** @param {HTMLFormElement} form */
function announce(form) {
  const line = document.createElement("p");
  line.className = "restored";
  line.setAttribute("role", "status");
  const discard = document.createElement("button");
  discard.type = "button";
  discard.className = "plain";
  discard.textContent = "Discard";
  discard.addEventListener("click", () => {
    removeDraft(form.dataset.draft);
    form.reset();
    for (const field of hiddenFieldsOf(form)) field.value = rendered.get(form)?.[field.name] ?? field.value;
    line.remove();
    fieldsOf(form)[0]?.focus();
  });
  line.append("Your unsaved text was restored.", discard);
  const fields = form.querySelector(".field");
  if (fields) fields.before(line);
  else form.prepend(line);
}
