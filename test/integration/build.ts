/** Builds the Worker as a deploy would, with Wrangler's own bundling, into a temporary folder. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

export const projectRoot = join(import.meta.dirname, "../..");

/** What a deploy would upload. */
export interface Build {
  /** The Worker as one ES module. */
  readonly script: string;
  readonly compatibilityDate: string;
}

let build: Promise<Build> | undefined;

/** The build of the sources as they are; made once. */
export function buildWorker(): Promise<Build> {
  build ??= deployDry();
  return build;
}

async function deployDry(): Promise<Build> {
  const folder = await mkdtemp(join(tmpdir(), "candor-build-"));
  try {
    await runWrangler(["deploy", "--dry-run", "--outdir", folder]);
    const script = await readFile(join(folder, "index.js"), "utf8");
    return { script, compatibilityDate: await readCompatibilityDate() };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runWrangler(args: readonly string[]): Promise<void> {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  const env = { ...process.env, CI: "true", WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_METRICS: "false" };
  await promisify(execFile)(process.execPath, [wrangler, ...args], { cwd: projectRoot, env });
}

async function readCompatibilityDate(): Promise<string> {
  const config = await readFile(join(projectRoot, "wrangler.toml"), "utf8");
  const [, date] = /^compatibility_date = "(.+)"$/m.exec(config) ?? [];
  if (date === undefined) throw new Error("wrangler.toml has no line compatibility_date");
  return date;
}
