/** Runs the project's own Wrangler, and reads its configuration. */
import { type ExecFileSyncOptions, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { parseToml, type TomlObject } from "./scaffold/toml-values.ts";

export const root = join(import.meta.dirname, "..");

/** The program, which Node runs. */
export const wranglerPath = join(
  dirname(createRequire(import.meta.url).resolve("wrangler/package.json")),
  "bin/wrangler.js",
);

/** Reads `wrangler.toml`. */
export function readToml(): TomlObject {
  return parseToml(readFileSync(join(root, "wrangler.toml"), "utf8"));
}

/** @returns Its output; empty if the options make it print directly. @throws Error if it fails. */
export function runWrangler(args: readonly string[], options: ExecFileSyncOptions = {}): string {
  return execFileSync(process.execPath, [wranglerPath, ...args], { cwd: root, ...options })?.toString() ?? "";
}

/** @returns The output of Wrangler, which asks no questions. @throws Error with all of its output if it fails. */
export function readWrangler(args: readonly string[]): string {
  try {
    return runWrangler(args, { stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: Buffer; readonly stderr?: Buffer };
    throw new Error(`wrangler ${args.join(" ")} failed:\n${stdout ?? ""}${stderr ?? ""}`, { cause: error });
  }
}
