/** Runs the compiler and reads what it says. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url).href);

export interface Diagnostic {
  /** Relative to the project's root; empty for one that concerns no file. */
  readonly file: string;
  readonly line: number;
  /** With its continuation lines. */
  readonly message: string;
}

/** @returns All that `tsc -p project` prints. A compiler that doesn't start throws. */
export function runTsc(project: string, ...options: readonly string[]): string {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", project, "--pretty", "false", ...options];
  const { error, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (error) throw error;
  return stdout + stderr;
}

/** The errors in a compiler's output, in its order. */
export function readDiagnostics(output: string): Diagnostic[] {
  const blocks = output.split(/\n(?! )/).filter((block) => /error TS\d+: /.test(block));
  return blocks.map((message) => {
    const [, file = "", line = "0"] = /^(.+?)\((\d+),\d+\): /.exec(message) ?? [];
    return { file, line: Number(line), message };
  });
}
