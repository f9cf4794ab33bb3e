/** The browser's storage. Without it, or if it is full, pages work but remember nothing. */

/** @param {() => Storage} open Throws if the browser allows no storage. */
function guard(open) {
  const attempt = (use, otherwise) => {
    try {
      return use(open()) ?? otherwise;
    } catch {
      return otherwise;
    }
  };
  return {
    /** @param {string} key @returns {string | null} */
    read: (key) => attempt((storage) => storage.getItem(key), null),
    /** @param {string} key @param {string} value */
    write: (key, value) => attempt((storage) => storage.setItem(key, value)),
    /** @param {string} key */
    remove: (key) => attempt((storage) => storage.removeItem(key)),
    /** @returns {string[]} */
    keys: () => attempt((storage) => Object.keys(storage), []),
  };
}

/** Shared by all tabs, and kept. */
export const local = guard(() => localStorage);

/** Of this tab, until it is closed. */
export const session = guard(() => sessionStorage);
