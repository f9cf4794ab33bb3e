/**
 * `npm run soak`: runs a load with evictions and restarts, and ends with a verdict on memory, sockets and stored data.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { keepRenewed, toAccounts } from "./load/accounts.ts";
import { loadFeatures } from "./load/mix.ts";
import { OptionError, readOptions } from "./load/options.ts";
import { seedAccounts, startOwnWorker, storageOf } from "./load/own-worker.ts";
import { showProgress } from "./load/progress.ts";
import { readBack } from "./load/read-back.ts";
import { toReport, toText } from "./load/report.ts";
import { runLoad, type StoredBy } from "./load/run-load.ts";
import { savePlot } from "./load/save-plot.ts";
import { judge, SOAK_HELP, toSoakPlot } from "./load/soak-report.ts";
import { openTarget } from "./load/target.ts";
import { Watch } from "./load/watch.ts";

const EVICTION_INTERVAL_MS = 10_000;
const MAX_EVICTIONS_OF_CLASS = 20;
/**
 * The times of the restarts, as shares of the duration. They are early, since memory is compared over the last two
 * thirds, and by then the caches of the last process must be full.
 */
const RESTARTS = [0.04, 0.08, 0.12];
/** By then, the process has released closed sockets. */
const SETTLE_MS = 15_000;

async function soak(options: NonNullable<ReturnType<typeof readOptions>>): Promise<void> {
  const worker = await startOwnWorker({ inspected: true });
  const target = openTarget(await worker.url(), options.concurrency);
  const [features, signedIn] = [await loadFeatures(), await seedAccounts(worker, options.users)];
  const accounts = toAccounts(signedIn);
  const stopRenewing = keepRenewed(accounts, signedIn);
  const [stored, watch, end] = [new Map<string, StoredBy>(), new Watch(worker, target), new AbortController()];
  process.once("SIGINT", () => end.abort());
  const done = { evictions: 0, restarts: 0 };
  const restart = async () => {
    watch.pause();
    await target.restart(async () => {
      await worker.restart();
      return worker.url();
    });
    await watch.start();
    done.restarts += 1;
  };
  const disrupt = async () => {
    const start = performance.now();
    const isDue = () => performance.now() - start > (RESTARTS[done.restarts] ?? Infinity) * options.seconds * 1000;
    while (!end.signal.aborted) {
      await sleep(Math.min(EVICTION_INTERVAL_MS, options.seconds * 50), undefined, { signal: end.signal }).catch(
        () => {},
      );
      if (isDue()) await restart();
      else if (!end.signal.aborted) done.evictions += await worker.evictObjects(MAX_EVICTIONS_OF_CLASS);
    }
  };
  try {
    await watch.start();
    await watch.sample();
    const disrupting = disrupt();
    const { signal } = end;
    const load = runLoad({ options, target, accounts, features, stored, signal, onProgress: showProgress });
    const result = await load.finally(() => end.abort());
    await disrupting;
    stopRenewing();
    await watch.sample();
    const watched = [...watch.samples];
    const missing = await readBack(target, stored.values());
    await target.disconnect();
    await sleep(SETTLE_MS);
    await watch.sample();
    watch.pause();
    const storage = storageOf(worker);
    const found = await Promise.all(features.map(({ findFaults }) => findFaults?.(storage)));
    const report = toReport(result, { ...options, target: "the built Worker" });
    const faults: Record<string, number> = Object.assign({}, result.faults, ...found);
    const verdict = judge({
      report,
      watched,
      settled: watch.samples.at(-1),
      written: stored.size,
      missing,
      faults,
      done,
    });
    if (options.isJson) console.log(JSON.stringify({ report, watched, verdict, missing }, null, 2));
    else console.log(`\n${toText(report)}\n\n${verdict.text}`);
    if (options.plot !== undefined) await savePlot(options.plot, toSoakPlot(result, watched));
    if (!verdict.hasPassed) process.exitCode = 1;
  } finally {
    await target.close();
    await worker.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2), { seconds: 600, concurrency: 8, users: 50 });
  if (options?.url) throw new OptionError("A soak evicts and restarts, so it runs on a Worker of its own: omit --url.");
  if (options) await soak(options);
  else console.log(SOAK_HELP);
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
