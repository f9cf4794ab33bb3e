/**
 * Decides how a message is shown: which parts of its text are links and code, and which messages form a group. The server
 * and the page's script both use this module, so that they show messages alike.
 */

/**
 * Part of a text. `open` and `close` are the backquotes of code. All parts of a message, joined, equal its text.
 *
 * @typedef {{ type: "text" | "link", text: string } | { type: "code" | "block", open: string, text: string, close: string }} Part
 */

/** Messages of one sender form a group if less than this time passes between them. */
const GROUP_MS = 5 * 60 * 1000;

/** A line that begins a block of code; it may name the language. */
const OPENING_FENCE = /^```[\w+#.-]*\s*\n$/;
const CLOSING_FENCE = /^```\s*$/;

/** Inline code, or an address, which does not start within a word and contains no invisible characters. */
const CODE_OR_ADDRESS = /`[^`\n]+`|(?<![\p{L}\p{N}_])https?:\/\/[^\s<>"`\\\p{C}]+/giu;

const CLOSING_BRACKETS = { ")": "(", "]": "[", "}": "{" };

/**
 * The time is linear in the length of the text.
 *
 * @param {string} text
 * @returns {Part[]}
 */
export function parseMessage(text) {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const fences = lines.flatMap((line, n) => (CLOSING_FENCE.test(line) ? [n] : []));
  /** @type {Part[]} */
  const parts = [];
  let plain = "";
  let nextFence = 0;
  for (let n = 0; n < lines.length; n++) {
    while (fences[nextFence] <= n) nextFence += 1;
    const end = fences[nextFence];
    if (end === undefined || end === n + 1 || !OPENING_FENCE.test(lines[n])) {
      plain += lines[n];
      continue;
    }
    parts.push(...parseLines(plain));
    plain = "";
    parts.push({ type: "block", open: lines[n], text: lines.slice(n + 1, end).join(""), close: lines[end] });
    n = end;
  }
  return [...parts, ...parseLines(plain)];
}

/**
 * Text without blocks of code.
 *
 * @param {string} text
 * @returns {Part[]}
 */
function parseLines(text) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(CODE_OR_ADDRESS)) {
    const isCode = found.startsWith("`");
    const link = isCode ? "" : trimAddress(found);
    if (!isCode && !isAddress(link)) continue;
    if (index > end) parts.push({ type: "text", text: text.slice(end, index) });
    end = index + (isCode ? found : link).length;
    if (isCode) parts.push({ type: "code", open: "`", text: found.slice(1, -1), close: "`" });
    else parts.push({ type: "link", text: link });
  }
  if (end < text.length) parts.push({ type: "text", text: text.slice(end) });
  return parts;
}

/** Removes the punctuation of the surrounding sentence. @param {string} address */
function trimAddress(address) {
  /** For each closing bracket, how many more of its kind are closed than opened. */
  const surplus = {};
  for (const [close, open] of Object.entries(CLOSING_BRACKETS))
    surplus[close] = address.split(close).length - address.split(open).length;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address[end - 1];
    if (surplus[last] > 0) surplus[last] -= 1;
    else if (!/[.,:;!?'*]/.test(last)) break;
  }
  return address.slice(0, end);
}

/** A user name in an address may look like its host. @param {string} address */
function isAddress(address) {
  if (!URL.canParse(address)) return false;
  const { username, password } = new URL(address);
  return username === "" && password === "";
}

/**
 * @param {{ senderId: string, at: string }} previous
 * @param {{ senderId: string, at: string }} message
 */
export function continuesGroup(previous, message) {
  return previous.senderId === message.senderId && Date.parse(message.at) - Date.parse(previous.at) < GROUP_MS;
}
