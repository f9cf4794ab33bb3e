/** Serves a fresh checkout, with a feature of the tests' own besides, as `npx wrangler dev` does. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addToApp } from "../../scripts/scaffold/feature-list.ts";
import { CREATE_THINGS } from "../things.ts";
import { projectRoot } from "./build.ts";
import { copyCheckout } from "./checkout.ts";

export interface DevServer {
  /** The folder that it serves. */
  readonly checkout: string;
  /** Such as `http://localhost:1234`. */
  readonly origin: string;
  /** Ends it and removes the folder. */
  stop(): Promise<void>;
}

const START_MS = 60_000;

/** On a free port. @throws What it printed, where it is not ready in time. */
export async function startDevServer(): Promise<DevServer> {
  const checkout = await copyWithThings();
  const removeCheckout = () => rm(checkout, { recursive: true, force: true });
  try {
    const { origin, stop } = await serve(checkout);
    return { checkout, origin, stop: () => stop().then(removeCheckout) };
  } catch (error) {
    await removeCheckout();
    throw error;
  }
}

/**
 * Serves a checkout that stays, on a free port.
 *
 * @param onPrint Gets what the server prints.
 * @throws What it printed, where it is not ready in time.
 */
export async function serve(checkout: string, onPrint?: (text: string) => void): Promise<Omit<DevServer, "checkout">> {
  const bin = join(checkout, "node_modules/wrangler/bin/wrangler.js");
  const env = { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" };
  const wrangler = spawn(process.execPath, [bin, "dev", "--port", "0"], { cwd: checkout, env, detached: true });
  // It has a process group of its own, so it would survive an interrupted run.
  const kill = () => {
    if (wrangler.exitCode === null && wrangler.pid) process.kill(-wrangler.pid, "SIGKILL");
  };
  process.prependOnceListener("exit", kill);
  wrangler.once("exit", () => process.removeListener("exit", kill));
  async function stop(): Promise<void> {
    const ended = wrangler.exitCode === null && once(wrangler, "exit");
    if (ended && wrangler.pid) process.kill(-wrangler.pid);
    await ended;
  }
  for (const stream of [wrangler.stdout, wrangler.stderr]) stream.on("data", (text) => onPrint?.(String(text)));
  try {
    return { origin: await findOrigin(wrangler), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** @returns A fresh checkout with the feature that stands for any: a page for users and a permission. */
export async function copyWithThings(): Promise<string> {
  const checkout = await copyCheckout();
  const source = await readFile(join(projectRoot, "test/things.ts"), "utf8");
  await mkdir(join(checkout, "src/features/things"));
  await writeFile(join(checkout, "src/features/things/index.ts"), source.replaceAll('"../src/', '"../../'));
  await writeFile(join(checkout, "migrations/9998_things.sql"), `${CREATE_THINGS};`);
  const app = join(checkout, "src/app.ts");
  await writeFile(app, addToApp(await readFile(app, "utf8"), "things", "things"));
  return checkout;
}

function findOrigin({ stdout, stderr }: ReturnType<typeof spawn>): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let printed = "";
  const late = setTimeout(() => reject(new Error(`The server is not ready:\n${printed}`)), START_MS);
  for (const stream of [stdout, stderr]) {
    stream?.on("data", (text) => {
      printed += text;
      const [, origin] = /Ready on (http:\S+)/.exec(printed) ?? [];
      if (origin) resolve(origin);
    });
  }
  return promise.finally(() => clearTimeout(late));
}
