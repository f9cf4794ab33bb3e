/** Reads the examples of a Markdown file, and writes their real output back into it. */

export interface Example {
  readonly code: string;
  /** The text block right after the example: its whole output, or the error that it causes. */
  readonly text: string | undefined;
}

/** What an example really does. */
export interface Outcome {
  /** The errors of the compiler. If there are any, the example did not run. */
  readonly refusals: readonly string[];
  /** The printed lines, then the lines of the error that ended the example. */
  readonly lines: readonly string[];
}

const EXAMPLE = /```ts\n([\s\S]*?)```\n(?:\n```text\n([\s\S]*?)```\n)?/g;
/** A call that prints, with its output in a comment. */
const PRINTS = /^( *console\.log\(.*\);) \/\/ .*$/gm;

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
 * Replaces every stated output with the real one.
 *
 * @param outcomes One for each example, in order.
 * @throws An example without a text block that does not compile, fails, or prints more than its comments state.
 */
export function withRealOutput(markdown: string, outcomes: readonly Outcome[]): string {
  let index = 0;
  return markdown.replaceAll(EXAMPLE, (_, code: string, text: string | undefined) => {
    const { refusals, lines } = outcomes[index++] ?? { refusals: [], lines: [] };
    const real = refusals.length > 0 ? refusals : lines;
    if (text !== undefined) return `\`\`\`ts\n${code}\`\`\`\n\n\`\`\`text\n${real.join("\n")}\n\`\`\`\n`;
    const rest = [...lines];
    const stated = code.replaceAll(PRINTS, (_print, call: string) => `${call} // ${rest.shift()}`);
    if (refusals.length > 0 || rest.length > 0) throw new Error(`${[...refusals, ...rest].join("\n")}\nin\n${code}`);
    return `\`\`\`ts\n${stated}\`\`\`\n`;
  });
}
