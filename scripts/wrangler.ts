/** Runs the project's own Wrangler. */
import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export const root = join(import.meta.dirname, "..");

const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");

/** @returns What it printed; empty where the options let it print itself. @throws When it fails. */
export function runWrangler(args: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(process.execPath, [wrangler, ...args], { cwd: root, ...options })?.toString() ?? "";
}
