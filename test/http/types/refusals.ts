/** Lines that must not compile: those below a comment `// refused: `, which states a part of the error. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Diagnostic, root } from "./tsc.ts";

export interface Refusal {
  readonly file: string;
  /** The line after the comment, which must not compile. */
  readonly line: number;
  readonly code: string;
  readonly reason: string;
}

/** @param file Relative to the root of the project. */
export function readRefusals(file: string): Refusal[] {
  const lines = readFileSync(join(root, file), "utf8").split("\n");
  return lines.flatMap((text, index) => {
    const reason = /^\s*\/\/ refused: (.+)$/.exec(text)?.[1];
    return reason ? [{ file, line: index + 2, code: lines[index + 1]?.trim() ?? "", reason }] : [];
  });
}

export function isAt({ file, line }: Refusal): (diagnostic: Diagnostic) => boolean {
  return (diagnostic) => diagnostic.file === file && diagnostic.line === line;
}
