/** Runs the project's own Wrangler. */
import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** The program, which Node runs. */
export const wranglerPath = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** @returns Its output; empty if the options make it print directly. @throws Error if it fails. */
export function runWrangler(args: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(process.execPath, [wranglerPath, ...args], { cwd: root, ...options })?.toString() ?? "";
}
