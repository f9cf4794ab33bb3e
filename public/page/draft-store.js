/**
 * The drafts of the signed-in user: the text of forms with `data-draft`, which names what the form writes, such as
 * `notes/new`.
 */
import { local } from "./storage.js";

/**
 * @typedef {object} Draft
 * @property {Record<string, string>} text The visible fields, by name.
 * @property {Record<string, string>} hidden The hidden fields, by which the server recognizes a repeated submission or a conflict.
 * @property {Record<string, string>} [sent] The text that was sent last.
 * @property {number} [deletedAt] When the subject of the edit was deleted, in milliseconds since the epoch.
 */

const PREFIX = "draft:";

/** The time for which what was deleted can be restored, and the draft of its edit with it. */
const DELETED_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

const { user } = document.body.dataset;

/** The text of drafts that this tab wrote or restored. Another tab may have the same form. @type {Map<string, string>} */
const own = new Map();

/** @param {string} name */
const keyOf = (name) => `${PREFIX}${user}:${name}`;

/** @param {string} name @returns {Draft | undefined} */
export function readDraft(name) {
  try {
    return user === undefined ? undefined : (JSON.parse(local.read(keyOf(name)) ?? "null") ?? undefined);
  } catch {
    return undefined;
  }
}

/** @param {string} name @param {Draft} draft */
export function writeDraft(name, draft) {
  if (user === undefined) return;
  own.set(name, JSON.stringify(draft.text));
  local.write(keyOf(name), JSON.stringify(draft));
}

/** Marks a draft as restored in this tab. @param {string} name @param {Draft} draft */
export function claimDraft(name, { text }) {
  own.set(name, JSON.stringify(text));
}

/** Removes a draft, unless another tab has written other text since. @param {string} name */
export function removeDraft(name) {
  const draft = readDraft(name);
  if (draft && JSON.stringify(draft.text) === own.get(name)) local.remove(keyOf(name));
  own.delete(name);
}

/** Whether this tab has text for a draft. @param {string} name */
export function ownsDraft(name) {
  return own.has(name);
}

/**
 * Removes a draft whose text the server has stored, unless the user has changed the text since, in this tab or another.
 *
 * @param {string} name
 * @param {Record<string, string>} [saved] Default: the text that was sent last.
 */
export function endDraft(name, saved) {
  const draft = readDraft(name);
  if (!draft || !isSameText(draft.text, saved ?? draft.sent ?? draft.text)) return;
  local.remove(keyOf(name));
  own.delete(name);
}

/** @param {Record<string, string>} text @param {Record<string, string> | undefined} other */
export const isSameText = (text, other) => JSON.stringify(text) === JSON.stringify(other);

/**
 * Records whether the subject of an edit is deleted. Its draft stays for as long as the subject can be restored.
 *
 * @param {string} name
 * @param {boolean} isDeleted
 */
export function markDraft(name, isDeleted) {
  const draft = readDraft(name);
  if (!draft || isDeleted === (draft.deletedAt !== undefined)) return;
  const { deletedAt: _, ...rest } = draft;
  local.write(keyOf(name), JSON.stringify(isDeleted ? { ...rest, deletedAt: Date.now() } : rest));
}

/** Removes the drafts of other users; after signing out, all. */
export function removeOtherDrafts() {
  const keys = local.keys().filter((key) => key.startsWith(PREFIX));
  for (const key of keys) if (user === undefined || !key.startsWith(keyOf(""))) local.remove(key);
}

/** Removes the drafts whose subject was deleted too long ago to be restored. */
export function removeDeletedDrafts() {
  for (const key of local.keys().filter((key) => key.startsWith(keyOf("")))) {
    const deletedAt = readDraft(key.slice(keyOf("").length))?.deletedAt;
    if (deletedAt !== undefined && Date.now() - deletedAt > DELETED_RETENTION_MS) local.remove(key);
  }
}
