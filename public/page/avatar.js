/** The initials of a person and their colour. The server uses this module, too. */

const COLOURS = 6;
const LETTER = /[\p{L}\p{N}]/u;

/** The first letters of the first and the last word, such as `AL` for Ada Lovelace. @param {string} name */
export function initialsOf(name) {
  const words = name.split(/\s+/).filter((word) => LETTER.test(word));
  const chosen = words.length > 1 ? [words[0], words.at(-1)] : words;
  const letters = chosen.map((word) => LETTER.exec(word)[0]);
  return letters.join("").toUpperCase() || "?";
}

/** The class of an avatar; the same name has the same colour. @param {string} name */
export function avatarClass(name) {
  let sum = 0;
  for (const char of name) sum = (sum * 31 + char.codePointAt(0)) % 65_521;
  return `avatar hue-${sum % COLOURS}`;
}
