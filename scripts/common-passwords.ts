/**
 * Writes `src/identity/passwords/common-passwords.ts` from the list in `@zxcvbn-ts/language-common`. Run
 * `npm run common-passwords` after an update of that package.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { dictionary } from "@zxcvbn-ts/language-common";

const COUNT = 3000;
const MIN_LENGTH = 8;
const LINE_WIDTH = 120;

/** Lists the most common passwords that are long enough, sorted. The package lists the most common ones first. */
export function listCommonPasswords(): string[] {
  const longEnough = dictionary["passwords-common"].filter((password) => [...password].length >= MIN_LENGTH);
  return longEnough.slice(0, COUNT).sort();
}

/** @throws Error for a password with a space, or with a character that needs an escape in a template literal. */
function formatModule(passwords: readonly string[]): string {
  const unsafe = passwords.filter((password) => /[\s`\\$]/.test(password));
  if (unsafe.length > 0) throw new Error(`These passwords contain spaces or need escapes: ${unsafe.join(" ")}`);
  return `/** The ${COUNT.toLocaleString("en")} most common passwords of ${MIN_LENGTH} characters or more, from \`@zxcvbn-ts/language-common\` (MIT licence). */

/**
 * In lower case and sorted. \`npm run common-passwords\` generates this file; do not edit it. The list is
 * © 2012-2016 Dan Wheeler and Dropbox, Inc., and © 2021 @zxcvbn-ts, under the MIT licence, whose text is in LICENSE.
 */
export const COMMON_PASSWORDS: readonly string[] = \`
${wrap(passwords).join("\n")}
\`
  .trim()
  .split(/\\s+/);
`;
}

function wrap(words: readonly string[]): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const line = `${lines.at(-1) ?? ""} ${word}`;
    if (lines.length > 0 && line.length <= LINE_WIDTH) lines[lines.length - 1] = line;
    else lines.push(word);
  }
  return lines;
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(
    join(import.meta.dirname, "../src/identity/passwords/common-passwords.ts"),
    formatModule(listCommonPasswords()),
  );
}
