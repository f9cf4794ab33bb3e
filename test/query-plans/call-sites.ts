/** Finds the calls in `src` that execute SQL, with a pattern of the statements that each can execute. */

const modules = import.meta.glob<string>("../../src/**/*.ts", { query: "?raw", import: "default", eager: true });

/** Sources by path, such as `src/limits/quotas.ts`. */
export const sources: ReadonlyMap<string, string> = new Map(
  Object.entries(modules).map(([path, text]) => [path.replace(/^(\.\.\/)+/, ""), text]),
);

/** A call of `prepare` or of an object's `sql.exec`. */
export interface CallSite {
  readonly file: string;
  readonly line: number;
  /**
   * Matches the normalized text of the statement. Undefined if the argument is neither a literal nor a constant with
   * one.
   */
  readonly pattern: RegExp | undefined;
}

/** Files that execute the statements of sweeps, which other folders contribute. */
export const SWEEPING = ["src/web/app/sweep.ts", "src/web/app/run-sweeps.ts"];

/** Files that only pass on statements of others. */
const FORWARDING = ["src/web/platform/request-database.ts", ...SWEEPING];

const CALL = /\.prepare\(\s*|\b(?:sql|SQL)\.exec(?:<[^()]*>)?\(\s*/g;

export function findCallSites(): CallSite[] {
  const files = [...sources].filter(([file]) => !FORWARDING.includes(file));
  return files.flatMap(([file, text]) => callSitesOf(text).map((site) => ({ file, ...site })));
}

/** Finds the calls in one source, except those in comments. */
export function callSitesOf(source: string): Omit<CallSite, "file">[] {
  const text = source.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*/gm, (comment) => comment.replace(/[^\n]/g, " "));
  return [...text.matchAll(CALL)].map(({ index, 0: call }) => ({
    line: text.slice(0, index).split("\n").length + call.trimEnd().split("\n").length - 1,
    pattern: patternAt(text, index + call.length),
  }));
}

/** Returns the pattern of a literal, or of the last literal before the call that was assigned to the constant. */
function patternAt(text: string, at: number): RegExp | undefined {
  const name = /^[A-Za-z_]\w*(?=\s*[,)])/.exec(text.slice(at))?.[0];
  const given = name && [...text.slice(0, at).matchAll(new RegExp(`\\bconst ${name} =\\s*`, "g"))].at(-1);
  const pieces = piecesAt(text, given ? given.index + given[0].length : at) ?? [];
  if (!/[A-Z]{3}/.test(pieces.join(""))) return undefined;
  const escaped = pieces.map((piece) => piece.replace(/\s+/g, " ").replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${escaped.join("[\\s\\S]*?").trim()}$`);
}

/** Returns the fixed parts of the string or template literal that begins at an index. */
function piecesAt(text: string, at: number): string[] | undefined {
  const quote = text[at] ?? "";
  if (!['"', "'", "`"].includes(quote)) return undefined;
  const pieces: string[] = [];
  let piece = "";
  for (let index = at + 1; index < text.length && text[index] !== quote; index += 1) {
    if (quote === "`" && text.startsWith("${", index)) {
      index = endOfExpression(text, index + 2);
      pieces.push(piece);
      piece = "";
      continue;
    }
    if (text[index] === "\\") index += 1;
    piece += text[index];
  }
  return [...pieces, piece];
}

/** Returns the index of the brace that closes an expression of a template. */
function endOfExpression(text: string, from: number): number {
  let depth = 1;
  for (let index = from; index < text.length; index += 1) {
    if (text[index] === "{") depth += 1;
    if (text[index] === "}") depth -= 1;
    if (depth === 0) return index;
  }
  return text.length;
}
