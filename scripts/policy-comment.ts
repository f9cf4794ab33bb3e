/**
 * Turns the text of `npm run routes -- --diff` into a comment on a pull request. The code of the pull request has made
 * the text, so that it may be anything: nothing in it takes effect as Markdown, HTML or a mention.
 *
 * `node scripts/policy-comment.ts <file>` prints the comment. It needs no installed packages.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** GitHub's limit is 65,536 characters. */
const MAX_TEXT_CHARACTERS = 60_000;
const MAX_TEXT_BYTES = 4 * MAX_TEXT_CHARACTERS;

/** By this line the workflow finds its comment again, to replace it. */
const MARKER = "<!-- policy-diff -->";
const INTRODUCTION =
  "What this pull request changes in the route table. Its own code has printed this, so compare it with the change of `test/routes.snap.txt`.";
const FENCE = "```";

/** @param text Of any length and content. */
export function toComment(text: string): string {
  const visible = text.replace(/(?!\n)[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");
  // Without backticks, the text cannot end the fence.
  const fenced = visible.replaceAll("`", "'").trimEnd();
  const cut = fenced.length > MAX_TEXT_CHARACTERS ? `${fenced.slice(0, MAX_TEXT_CHARACTERS)}\n… (cut)` : fenced;
  return [MARKER, INTRODUCTION, "", `${FENCE}text`, cut, FENCE, ""].join("\n");
}

/**
 * Reads the beginning of a file.
 *
 * @throws {Error} For anything but a regular file: a link would lead to files of the machine.
 */
export function readUntrusted(path: string): string {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    if (!fstatSync(file).isFile()) throw new Error(`${path} is not a regular file.`);
    const bytes = Buffer.alloc(MAX_TEXT_BYTES);
    return bytes.toString("utf8", 0, readSync(file, bytes, 0, MAX_TEXT_BYTES, 0));
  } finally {
    closeSync(file);
  }
}

if (import.meta.main) process.stdout.write(toComment(readUntrusted(process.argv[2] ?? "")));
