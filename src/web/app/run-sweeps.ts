/** Runs sweeps in batches, within limits of calls and time, and skips rows that cannot be removed. */
import type { StorageLocals } from "../../env.ts";
import { isTransient } from "../platform/transient.ts";
import type { Sweep, SweepStorage } from "./sweep.ts";

/** The limits of one run. */
export interface SweepLimits {
  /** Calls of the database and of other bindings. */
  readonly calls: number;
  readonly milliseconds: number;
}

/** The result of a run for one table. */
export interface SweepReport {
  readonly table: string;
  readonly reason: string;
  /** The number of rows that were removed. */
  readonly rows: number;
  readonly milliseconds: number;
  readonly calls: number;
  /** The keys of rows that cannot be removed, since a statement with any of them fails. */
  readonly skipped: readonly string[];
  /** Whether the next run may have rows left to remove. */
  readonly isUnfinished: boolean;
  /** The last failure, even if smaller statements removed the rows afterwards. */
  readonly error?: unknown;
}

/**
 * Rows per statement. The number is adapted so that a statement takes about `TARGET_MS`, since others wait while it
 * runs.
 */
const FIRST_BATCH = 100;
const MIN_BATCH = 10;
const MAX_BATCH = 1000;
const TARGET_MS = 25;

/** Calls that one batch may need. A batch begins only if that many are left. */
const CALLS_PER_BATCH = 4;

/** Errors of D1 and of the runtime when the platform's limit is reached. The limits of a run should prevent them. */
const OUT_OF_CALLS = /too many (?:api requests|subrequests)|subrequest count exceeded/i;

/**
 * Sweeps the tables in this order. Each gets an equal share of the calls; calls that others do not need are shared
 * again.
 */
export async function runSweeps(
  { env, db }: StorageLocals,
  sweeps: readonly Sweep[],
  limits: SweepLimits,
): Promise<readonly SweepReport[]> {
  const end = performance.now() + limits.milliseconds;
  let calls = 0;
  const countCall = () => void calls++;
  const prepare = (sql: string) => {
    countCall();
    return db.prepare(sql);
  };
  const storage: SweepStorage = { env, db: { prepare, batch: (statements) => db.batch(statements) }, countCall };
  const hasCalls = (most: number) => calls + CALLS_PER_BATCH <= most && performance.now() < end;
  const runs = sweeps.map(startRun);
  for (let open = runs; open.length > 0 && hasCalls(limits.calls); open = open.filter(({ isOver }) => !isOver)) {
    for (const [index, run] of open.entries()) {
      const [before, started] = [calls, performance.now()];
      const share = Math.floor((limits.calls - calls) / (open.length - index));
      const most = Math.min(limits.calls, calls + Math.max(share, CALLS_PER_BATCH));
      await advance(run, storage, () => hasCalls(most));
      run.calls += calls - before;
      run.milliseconds += performance.now() - started;
    }
  }
  return runs.map(toReport);
}

/** The state of a table in a run. */
interface Run {
  readonly sweep: Sweep;
  readonly skipped: string[];
  rows: number;
  milliseconds: number;
  calls: number;
  batch: number;
  isOver: boolean;
  isFinished: boolean;
  error?: unknown;
}

const startRun = (sweep: Sweep): Run => ({
  sweep,
  skipped: [],
  rows: 0,
  milliseconds: 0,
  calls: 0,
  batch: FIRST_BATCH,
  isOver: false,
  isFinished: false,
});

/** Removes batches until no row is due, the storage fails, or `hasCalls` returns false. */
async function advance(run: Run, storage: SweepStorage, hasCalls: () => boolean): Promise<void> {
  try {
    while (!run.isOver && hasCalls()) {
      const limit = run.batch;
      const keys = await run.sweep.list(storage, limit, run.skipped);
      const isComplete = await removeKeys(run, storage, keys, hasCalls);
      run.isFinished = run.isOver = isComplete && keys.length < limit;
    }
  } catch (error) {
    run.error = error;
    run.isOver = true;
  }
}

/**
 * Halves a failing piece until each failing row is alone, and skips those rows.
 *
 * @returns False if the calls were used up.
 * @throws A failure that is not due to a row.
 */
async function removeKeys(run: Run, storage: SweepStorage, keys: readonly string[], hasCalls: () => boolean) {
  const pieces = keys.length > 0 ? [keys] : [];
  for (let piece = pieces.pop(); piece; piece = pieces.pop()) {
    // For the whole batch, the calls were checked when it began.
    if (piece !== keys && !hasCalls()) return false;
    try {
      const { rows, duration } = await run.sweep.remove(storage, piece);
      run.rows += rows;
      if (piece.length === run.batch) run.batch = nextBatch(run.batch, duration);
      // D1 executes one statement at a time. The pause leaves at least half of its time to other requests.
      await scheduler.wait(Math.max(duration, 1));
    } catch (error) {
      if (isTransient(error) || OUT_OF_CALLS.test(String(error))) throw error;
      run.error = error;
      const half = Math.ceil(piece.length / 2);
      if (half < piece.length) pieces.push(piece.slice(half), piece.slice(0, half));
      else run.skipped.push(...piece);
    }
  }
  return true;
}

function nextBatch(batch: number, duration: number): number {
  if (duration > 2 * TARGET_MS) return Math.max(Math.floor(batch / 2), MIN_BATCH);
  return duration < TARGET_MS ? Math.min(2 * batch, MAX_BATCH) : batch;
}

function toReport({
  sweep: { table, reason },
  rows,
  milliseconds,
  calls,
  skipped,
  isFinished,
  error,
}: Run): SweepReport {
  const report = {
    table,
    reason,
    rows,
    milliseconds: Math.round(milliseconds),
    calls,
    skipped,
    isUnfinished: !isFinished,
  };
  return error === undefined ? report : { ...report, error };
}
