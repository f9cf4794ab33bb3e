/** The nightly run of all sweeps, and the log lines of sweeps. */
import type { StorageLocals } from "../../env.ts";
import { describeError, logWarning } from "./log.ts";
import { runSweeps, type SweepLimits, type SweepReport } from "./run-sweeps.ts";
import type { Sweep } from "./sweep.ts";

/** Maximum number of keys that a line names. */
const MAX_NAMED = 20;

/** Logs a line for a table. It contains the keys of skipped rows, and no other values. */
export function logReport({ skipped, error, ...report }: SweepReport, requestId?: string): void {
  const level = skipped.length > 0 || (error !== undefined && report.isUnfinished) ? "error" : "info";
  const named = skipped.length > 0 && { skippedRows: skipped.length, skipped: skipped.slice(0, MAX_NAMED) };
  const failure = error !== undefined && { error: describeError(error) };
  console.log(JSON.stringify({ level, requestId, message: "Swept", ...report, ...named, ...failure }));
}

/**
 * The limits of a nightly run. D1 executes up to 1,000 queries per invocation on the paid plan, and 50 on the free
 * plan.
 */
const NIGHTLY: SweepLimits = { calls: 900, milliseconds: 10 * 60_000 };

/**
 * Sweeps all tables, and logs a line for each. The next run continues an unfinished one.
 *
 * @throws The error of the first table that failed, so that the platform reports the run as failed.
 */
export async function sweepNightly(storage: StorageLocals, sweeps: readonly Sweep[]): Promise<void> {
  const reports = await runSweeps(storage, sweeps, NIGHTLY);
  for (const report of reports) logReport(report);
  const unfinished = reports.filter(({ isUnfinished, error }) => isUnfinished && error === undefined);
  if (unfinished.length > 0)
    logWarning(
      `The sweep stopped at its limit. The next run continues with ${unfinished.map(({ table }) => table).join(", ")}.`,
    );
  const failed = reports.find(({ isUnfinished, error }) => isUnfinished && error !== undefined);
  if (failed) throw failed.error;
}
