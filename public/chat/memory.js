/**
 * Remembers in the browser, for each room, the unacknowledged messages and the last message that the user has seen. This
 * is deleted together with the user's drafts (public/page/drafts.js), for example by signing out.
 */

const prefix = `draft:${document.body.dataset.user}:chat`;

/** Without storage, the page works but remembers nothing. */
function read(key) {
  try {
    return JSON.parse(localStorage.getItem(`${prefix}/${key}`) ?? "null");
  } catch {
    return null;
  }
}

function write(key, value) {
  try {
    if (value === null) localStorage.removeItem(`${prefix}/${key}`);
    else localStorage.setItem(`${prefix}/${key}`, JSON.stringify(value));
  } catch {}
}

/**
 * The unacknowledged messages of a room, in the order in which they were written.
 *
 * @param {string} room
 * @returns {{ id: string, text: string }[]}
 */
export function unsentIn(room) {
  return read(`${room}/unsent`) ?? [];
}

/** @param {string} room @param {{ id: string, text: string }} message */
export function rememberUnsent(room, { id, text }) {
  const unsent = unsentIn(room);
  if (!unsent.some((message) => message.id === id)) write(`${room}/unsent`, [...unsent, { id, text }]);
}

/** @param {string} room @param {string} id */
export function forgetUnsent(room, id) {
  const unsent = unsentIn(room);
  const others = unsent.filter((message) => message.id !== id);
  if (others.length < unsent.length) write(`${room}/unsent`, others.length > 0 ? others : null);
}

/**
 * The `seq` of the last message that the user has seen in a room; null if the room is new to this browser.
 *
 * @param {string} room
 * @returns {number | null}
 */
export function seenIn(room) {
  return read(`${room}/seen`);
}

/** @param {string} room @param {number} seq */
export function rememberSeen(room, seq) {
  if (seenIn(room) !== seq) write(`${room}/seen`, seq);
}
