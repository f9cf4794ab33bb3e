/** Reads the examples of a Markdown file, and writes their real output back into it. */

export interface Example {
  readonly code: string;
  /** The text block right after the example: its whole output, or the error that it causes. */
  readonly text: string | undefined;
}

/** An error of the compiler. */
export interface Refusal {
  /** The line of the example, from 1. */
  readonly line: number;
  readonly message: string;
}

/** What an example really does. */
export interface Outcome {
  /** If there are any, the example did not run. */
  readonly refusals: readonly Refusal[];
  /** The printed lines, then the lines of the error that ended the example. */
  readonly lines: readonly string[];
}

const EXAMPLE = /```ts\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```\n)?/g;
/** A call that prints, with its output in a comment. */
const PRINTS = /^( *console\.log\(.*\);) \/\/ .*$/gm;
/** A comment that states an error: below the code that does not compile, or at the end of an example that throws. */
const STATED_ERROR = /^ *\/\/ (?:error TS\d+:|[A-Z]\w*Error:| {2}code: ")/;

export function readExamples(markdown: string): Example[] {
  return Array.from(markdown.matchAll(EXAMPLE), ([, code = "", text]) => ({ code, text }));
}

/** The first example below a heading. */
export function exampleBelow(markdown: string, heading: string): string {
  const [, below] = markdown.split(`\n${heading}\n`);
  const [example] = readExamples(below ?? "");
  if (!example) throw new Error(`There is no example below "${heading}"`);
  return example.code;
}

/**
 * Replaces every stated output and error with the real one. Of a compile error, only the first line is stated.
 *
 * @param outcomes One for each example, in order.
 * @throws An example that does not compile, fails, or prints more than it states.
 */
export function withRealOutput(markdown: string, outcomes: readonly Outcome[]): string {
  let index = 0;
  return markdown.replaceAll(EXAMPLE, (_, code: string, text: string | undefined) => {
    const { refusals, lines } = outcomes[index++] ?? { refusals: [], lines: [] };
    const rest = [...lines];
    const stated = code.replaceAll(PRINTS, (_print, call: string) => `${call} // ${rest.shift()}`).split("\n");
    const unstated = [...refusals.map(({ message }) => message), ...(text === undefined ? rest : [])];
    if (unstated.length > 0 && !stated.some((line) => STATED_ERROR.test(line)))
      throw new Error(`${unstated.join("\n")}\nin\n${code}`);
    const real = stated.flatMap((line, at) => [
      ...(STATED_ERROR.test(line) ? [] : [line]),
      ...refusals.filter((refusal) => refusal.line === at + 1).map(({ message }) => commentBelow(line, message)),
    ]);
    if (text !== undefined) return `\`\`\`ts\n${real.join("\n")}\`\`\`\n\n\`\`\`text\n${rest.join("\n")}\n\`\`\`\n`;
    const thrown = rest.map((line) => `// ${line}\n`);
    return `\`\`\`ts\n${real.join("\n")}${thrown.join("")}\`\`\`\n`;
  });
}

function commentBelow(line: string, message: string): string {
  const [indent = ""] = /^ */.exec(line) ?? [];
  const [first] = message.split("\n");
  return `${indent}// ${first}`;
}
