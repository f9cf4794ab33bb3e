/**
 * The build step of Wrangler: checks the route table in Node, then sets up local data. It runs before the Worker starts
 * and on every save. In development it waits with a mistake until the next save, because the server would end if it
 * loaded the mistake, and a failed build step buries the message under a hundred lines.
 */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { watch } from "node:fs";
import { enableCompileCache } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findAnonymousGuards } from "./anonymous-guards.ts";
import { describeLoadError, loadApp } from "./load-app.ts";

/** At a save, Wrangler ends this process and starts another, but before the first start it does not watch yet. */
const TAKEOVER_MS = 1000;

const WAITING = "Correct it and save. Until then, the build and all requests wait.";

/** @returns The mistake; undefined if there is none. */
async function findMistake(): Promise<string | undefined> {
  try {
    const { app } = await loadApp();
    const { describePolicy } = await import("../src/web/app/policy.ts");
    const anonymous = findAnonymousGuards(describePolicy(app.handlers));
    if (anonymous.length > 0) return `The route table has a mistake.\n${anonymous.join("\n")}`;
  } catch (error) {
    return describeLoadError(error);
  }
  try {
    await import("./setup.ts");
    return undefined;
  } catch (error) {
    return describeLoadError(error, "The local data could not be set up.");
  }
}

/** Waits for a save. Ends the process if Wrangler ends, which closes its end of the input. */
async function waitForSave(): Promise<void> {
  const end = () => process.exit(1);
  process.stdin.on("end", end).resume();
  const watchers = ["src", "migrations", "public"].map((name) =>
    watch(join(import.meta.dirname, "..", name), { recursive: true }),
  );
  await Promise.race(watchers.map((watcher) => once(watcher, "change")));
  await sleep(TAKEOVER_MS);
  for (const watcher of watchers) watcher.close();
  process.stdin.off("end", end).pause();
}

// Loads the app twice as fast.
enableCompileCache();

const mistake = await findMistake();
if (mistake !== undefined) {
  const isDevelopment = process.env.WRANGLER_COMMAND === "dev";
  console.error(isDevelopment ? `${mistake}\n${WAITING}` : mistake);
  if (isDevelopment) await waitForSave();
  // Modules that have been loaded stay as they are in this process.
  process.exitCode = isDevelopment
    ? (spawnSync(process.execPath, [import.meta.filename], { stdio: "inherit" }).status ?? 1)
    : 1;
}
