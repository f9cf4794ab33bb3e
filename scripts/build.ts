/**
 * The build step of Wrangler: checks the route table in Node, then sets up local data. It runs before the Worker starts
 * and on every save. In development it waits with a mistake until the next save, because the server would end if it
 * loaded the mistake, and a failed build step buries the message under a hundred lines.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { enableCompileCache } from "node:module";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findAnonymousGuards } from "./anonymous-guards.ts";
import { describeLoadError, loadApp } from "./load-app.ts";
import { root } from "./wrangler.ts";

/** At a save, Wrangler ends this process and starts another, but before the first start it does not watch yet. */
const TAKEOVER_MS = 1000;

const isDevelopment = process.env.WRANGLER_COMMAND === "dev";

/** Contains the hash of the sources whose table was checked last. */
const checked = join(root, ".wrangler/checked-sources");

const WAITING = "Correct it and save. Until then, the build and all requests wait.";

/** @returns The mistake in the route table; undefined if there is none. */
async function findTableMistake(): Promise<string | undefined> {
  try {
    const { app } = await loadApp();
    const { describePolicy } = await import("../src/web/app/policy.ts");
    const anonymous = findAnonymousGuards(describePolicy(app.handlers));
    return anonymous.length > 0 ? `The route table has a mistake.\n${anonymous.join("\n")}` : undefined;
  } catch (error) {
    return describeLoadError(error);
  }
}

/** @returns The mistake; undefined if there is none. */
async function findMistake(): Promise<string | undefined> {
  // Loading the app takes most of a build. A save of a stylesheet does not change its table.
  const sources = hashSources();
  const isChecked = isDevelopment && existsSync(checked) && readFileSync(checked, "utf8") === sources;
  const mistake = isChecked ? undefined : await findTableMistake();
  if (mistake !== undefined) return mistake;
  mkdirSync(dirname(checked), { recursive: true });
  writeFileSync(checked, sources);
  try {
    await import("./setup.ts");
    return undefined;
  } catch (error) {
    return describeLoadError(error, "The local data could not be set up.");
  }
}

/** A hash of everything that the table is made of. */
function hashSources(): string {
  const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash("sha256");
  for (const path of [...files, join(root, "package.json"), import.meta.filename])
    hash.update(`${path}\0`).update(readFileSync(path)).update("\0");
  return hash.digest("hex");
}

/** Waits for a save. Ends the process if Wrangler ends, which closes its end of the input. */
async function waitForSave(): Promise<void> {
  const end = () => process.exit(1);
  process.stdin.on("end", end).resume();
  const watchers = ["src", "migrations", "public"].map((name) => watch(join(root, name), { recursive: true }));
  await Promise.race(watchers.map((watcher) => once(watcher, "change")));
  await sleep(TAKEOVER_MS);
  for (const watcher of watchers) watcher.close();
  process.stdin.off("end", end).pause();
}

// Loads the app twice as fast.
enableCompileCache();

const mistake = await findMistake();
if (mistake !== undefined) {
  console.error(isDevelopment ? `${mistake}\n${WAITING}` : mistake);
  if (isDevelopment) await waitForSave();
  // Modules that have been loaded stay as they are in this process.
  process.exitCode = isDevelopment
    ? (spawnSync(process.execPath, [import.meta.filename], { stdio: "inherit" }).status ?? 1)
    : 1;
}
