/** `npm run load`: sends a mix of requests to the app and reports their response times. */
import { keepRenewed, readAccounts, signInAll, toAccounts } from "./load/accounts.ts";
import { loadFeatures } from "./load/mix.ts";
import { HELP, type LoadOptions, OptionError, readOptions } from "./load/options.ts";
import { showProgress } from "./load/progress.ts";
import { hasFailed, toPlot, toReport, toText } from "./load/report.ts";
import { runLoad } from "./load/run-load.ts";
import { savePlot } from "./load/save-plot.ts";
import { openTarget } from "./load/target.ts";
import { workerdUsage } from "./process-usage.ts";

const isLinux = process.platform === "linux";
const cpuMilliseconds = () => (isLinux ? workerdUsage().cpuMilliseconds : 0);

async function main(options: LoadOptions): Promise<void> {
  const features = await loadFeatures();
  // Imported only here, since a load on another server needs neither the app nor Miniflare.
  const own = options.url ? undefined : await import("./load/own-worker.ts");
  const worker = await own?.startOwnWorker();
  const target = openTarget(options.url ?? ((await worker?.url()) as URL), options.concurrency);
  const interrupt = new AbortController();
  process.once("SIGINT", () => interrupt.abort());
  try {
    const file = options.accountsFile;
    const signedIn =
      own && worker
        ? await own.seedAccounts(worker, options.users)
        : await signInAll({ features, send: target.send, accounts: file ? readAccounts(file) : options.users });
    const accounts = toAccounts(signedIn);
    const stopRenewing = keepRenewed(accounts, signedIn);
    const { signal } = interrupt;
    const cpuBefore = cpuMilliseconds();
    const result = await runLoad({ options, target, accounts, features, signal, onProgress: showProgress });
    const cpu = worker && isLinux ? cpuMilliseconds() - cpuBefore : undefined;
    stopRenewing();
    if (process.stderr.isTTY) process.stderr.write("\n");
    const report = toReport(result, { ...options, target: options.url?.origin ?? "the built Worker", cpu });
    console.log(options.isJson ? JSON.stringify(report, null, 2) : toText(report));
    if (options.plot !== undefined) await savePlot(options.plot, toPlot(result, `Load on ${report.target}`));
    if (hasFailed(report)) process.exitCode = 1;
  } finally {
    await target.close();
    await worker?.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options) await main(options);
  else console.log(HELP);
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  console.error(`${error.message}\nnpm run load -- --help lists the options.`);
  process.exitCode = 1;
}
