/** Measures the CPU time and requests per second of each page, and of its denial by the rate limit. Linux only. */
import { parseArgs } from "node:util";
import { app } from "../../src/app.ts";
import { describeRoutes } from "../../src/http/index.ts";
import type { RunningWorker } from "../integration/worker.ts";
import { toAccounts } from "./load/accounts.ts";
import { createMix, loadFeatures } from "./load/mix.ts";
import { OptionError } from "./load/options.ts";
import { seedAccounts, startOwnWorker } from "./load/own-worker.ts";
import { openTarget, type Target } from "./load/target.ts";
import type { Account, FeatureLoad, LoadRequest } from "./load/types.ts";
import { workerdUsage } from "./process-usage.ts";

const CONCURRENCY = 16;
/** One in ten is an administrator. */
const ACCOUNTS = 30;
/** Limits per minute and user, and per minute and address. They are low, so that a slow machine reaches them. */
const LIMITS = { apiRateLimit: 30, addressLimit: 45 };
/** Requests of a burst. The local address limit counts by clock minutes, so a burst may span two of them. */
const BURST = 150;

interface Run {
  readonly cpu: number;
  readonly rate: number;
  readonly statuses: Readonly<Record<number, number>>;
}

/** Sends a request `count` times, from each of the accounts in turn. */
async function send(target: Target, request: LoadRequest, accounts: readonly Account[], count: number): Promise<Run> {
  const mix = createMix([request], accounts, undefined);
  const statuses: Record<number, number> = {};
  let sent = 0;
  const run = async () => {
    while (sent++ < count) {
      const { outgoing, account } = mix.next();
      const { status } = await target.send(outgoing, account.address);
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  const [cpu, startedAt] = [workerdUsage().cpuMilliseconds, performance.now()];
  await Promise.all(Array.from({ length: CONCURRENCY }, run));
  const seconds = (performance.now() - startedAt) / 1000;
  return { cpu: (workerdUsage().cpuMilliseconds - cpu) / count, rate: count / seconds, statuses };
}

/** Runs with a Worker whose accounts have a few notes and files. */
async function withWorker<T>(
  setup: Parameters<typeof startOwnWorker>[0],
  features: readonly FeatureLoad[],
  use: (target: Target, accounts: readonly Account[], worker: RunningWorker) => Promise<T>,
): Promise<T> {
  const worker = await startOwnWorker(setup);
  const target = openTarget(await worker.url(), CONCURRENCY);
  try {
    const accounts = toAccounts(await seedAccounts(worker, ACCOUNTS));
    const creations = features
      .flatMap(({ requests = [] }) => requests)
      .filter(({ kind, status }) => kind !== "denied" && status === 201);
    for (const account of accounts) {
      for (const { make } of creations.flatMap((creation) => Array(4).fill(creation) as LoadRequest[])) {
        const outgoing = make(account);
        if (outgoing) outgoing.onResponse?.(await target.send(outgoing, account.address));
      }
    }
    return await use(target, accounts, worker);
  } finally {
    await target.close();
    await worker.stop();
  }
}

/** The GET routes that load the session of a browser: the pages. */
function listPages(): string[] {
  return describeRoutes(app.handlers)
    .filter(({ methods, guards }) => methods.includes("GET") && guards.some(({ name }) => name === "loadSession"))
    .map(({ path }) => `GET ${path}`);
}

const { values } = parseArgs({ options: { requests: { type: "string", default: "200" } } });
const count = Number(values.requests);
if (!(count >= CONCURRENCY && count <= 100_000)) throw new OptionError("--requests must be from 16 to 100000");
const features = await loadFeatures();
const pages = features.flatMap(({ requests = [] }) => requests).filter(({ kind }) => kind === "page");

const served = await withWorker({}, features, async (target, accounts) => {
  const runs = new Map<LoadRequest, Run>();
  for (const page of pages) {
    console.error(page.name);
    await send(target, page, accounts, CONCURRENCY);
    runs.set(page, await send(target, page, accounts, count));
  }
  return runs;
});

let hasFailed = false;
const rows = await withWorker(LIMITS, features, async (target, accounts) => {
  const lines: string[] = [];
  const unused = [...accounts];
  for (const page of pages) {
    // Another account for each page: the limit of one page must not deny the next.
    const sender = unused.find(({ isAdmin }) => isAdmin === (page.isForAdmin ?? false));
    if (!sender) throw new Error("There are fewer accounts than pages");
    unused.splice(unused.indexOf(sender), 1);
    const burst = await send(target, page, [sender], BURST);
    const denied = await send(target, page, [sender], BURST);
    const { [page.status]: accepted = 0, 429: refused = 0 } = burst.statuses;
    const isLimited = refused > 0 && accepted + refused === BURST;
    hasFailed ||= !isLimited;
    const { cpu = Number.NaN, rate = Number.NaN } = served.get(page) ?? {};
    const cells = [page.name, cpu.toFixed(2), rate.toFixed(0), accepted, denied.cpu.toFixed(2), denied.rate.toFixed(0)];
    lines.push(`| ${cells.join(" | ")} |${isLimited ? "" : ` not limited: ${JSON.stringify(burst.statuses)}`}`);
  }
  return lines;
});
console.log(`| Page | CPU, ms | Per second | Served before 429, of ${BURST} | 429: CPU, ms | 429: per second |`);
console.log("|---|---|---|---|---|---|");
for (const row of rows) console.log(row);
const names = new Set(pages.map(({ name }) => name));
const others = listPages().filter((name) => !names.has(name));
if (others.length > 0) console.log(`\nNot measured: ${others.join(", ")}`);
if (hasFailed) process.exitCode = 1;
