/** Builds the Worker as a deploy would, with Wrangler's own bundling, into a temporary folder. */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

export const projectRoot = join(import.meta.dirname, "../..");

/** Names the folder of the build that all test files of a run share. */
const BUILD_FOLDER = "CANDOR_TEST_BUILD";

/** The global set-up of Vitest: builds once, before the first test. @returns What removes the build after the last. */
export default async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "candor-build-"));
  await deployDry(folder);
  process.env[BUILD_FOLDER] = folder;
  return () => rm(folder, { recursive: true, force: true });
}

let script: Promise<string> | undefined;

/** The Worker as one ES module, from the sources as they are. */
export function buildWorker(): Promise<string> {
  script ??= readBuild();
  return script;
}

async function readBuild(): Promise<string> {
  const shared = process.env[BUILD_FOLDER];
  if (shared !== undefined) return readFile(join(shared, "index.js"), "utf8");
  const remove = await setup();
  try {
    return await readBuild();
  } finally {
    await remove();
  }
}

async function deployDry(folder: string): Promise<void> {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  const args = [wrangler, "deploy", "--dry-run", "--outdir", folder];
  const env = { ...process.env, CI: "true", WRANGLER_HIDE_BANNER: "true", WRANGLER_SEND_METRICS: "false" };
  await promisify(execFile)(process.execPath, args, { cwd: projectRoot, env });
}
