/** Runs the TypeScript compiler and parses its diagnostics. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url).href);

export interface Diagnostic {
  /** Relative to the root of the project. Empty for a diagnostic without a file. */
  readonly file: string;
  readonly line: number;
  /** Includes the continuation lines. */
  readonly message: string;
}

/** @returns The output of `tsc -p project`. Throws if the compiler does not start. */
export function runTsc(project: string, ...options: readonly string[]): string {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const args = [tsc, "-p", project, "--pretty", "false", ...options];
  const { error, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: "utf8" });
  if (error) throw error;
  return stdout + stderr;
}

/** The errors in the output of the compiler, in their order. */
export function readDiagnostics(output: string): Diagnostic[] {
  const blocks = output.split(/\n(?! )/).filter((block) => /error TS\d+: /.test(block));
  return blocks.map((message) => {
    const [, file = "", line = "0"] = /^(.+?)\((\d+),\d+\): /.exec(message) ?? [];
    return { file, line: Number(line), message };
  });
}
