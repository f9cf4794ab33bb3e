/** A hash of texts. The server and the page's script both use it, to recognize a text that a form has sent before. */

const OFFSET = 0xcbf29ce484222325n;
const PRIME = 0x100000001b3n;

/**
 * FNV-1a with 64 bits. Ignores space around a text, since the server may trim it.
 *
 * @param {readonly string[]} texts
 * @returns {string} 16 hexadecimal digits.
 */
export function hashOf(texts) {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(JSON.stringify(texts.map((text) => text.trim()))))
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * PRIME);
  return hash.toString(16).padStart(16, "0");
}
