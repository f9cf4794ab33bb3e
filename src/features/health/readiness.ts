/** Runs the readiness checks, at most once every 5 seconds in an isolate. */
import type { AppLocals, ReadinessCheck, RequestEnv } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";
import { retryRead, withDeadline } from "../../web/platform/transient.ts";

/** The time limit of one attempt of two. */
const CHECK_DEADLINE_MS = 2_000;

/** Longer than all attempts of a check together. A check takes longer only if the platform ended its request. */
const MAX_WAIT_MS = 5_000;

/**
 * Results are remembered for this time, failures included, so that requests do not add load to a failing dependency.
 */
const REMEMBERED_MS = 5_000;

type CheckResult = "ok" | "off" | "failed";

/** The results of all checks. */
export interface Readiness {
  readonly isReady: boolean;
  readonly checks: Readonly<Record<string, CheckResult>>;
  /** When the checks ended, in milliseconds since the epoch. */
  readonly checkedAt: number;
}

interface State {
  latest?: Readiness;
  /** The checks in progress, which concurrent requests share. */
  pending?: Promise<Readiness> | undefined;
}

const states = new WeakMap<RequestEnv, State>();

/**
 * Reads the remembered results, or runs the checks.
 *
 * @returns The results, and the milliseconds until the checks can run again.
 */
export async function readReadiness(locals: AppLocals): Promise<Readiness & { readonly remainingMs: number }> {
  const state = states.get(locals.env) ?? {};
  states.set(locals.env, state);
  const readiness = remembered(state) ?? (await runShared(state, locals));
  return { ...readiness, remainingMs: Math.max(0, readiness.checkedAt + REMEMBERED_MS - Date.now()) };
}

/** @returns Undefined if the results are too old, or if the clock was set back to before the checks. */
function remembered({ latest }: State): Readiness | undefined {
  const age = Date.now() - (latest?.checkedAt ?? 0);
  return latest && age >= 0 && age < REMEMBERED_MS ? latest : undefined;
}

/** `waitUntil` completes the checks if the client of this request disconnects, because others may wait for them. */
async function runShared(state: State, locals: AppLocals): Promise<Readiness> {
  const pending = state.pending ?? runAll(locals);
  if (state.pending === undefined) locals.ctx.waitUntil(pending);
  state.pending = pending;
  try {
    state.latest = await withDeadline(pending, MAX_WAIT_MS);
    return state.latest;
  } finally {
    if (state.pending === pending) state.pending = undefined;
  }
}

async function runAll(locals: AppLocals): Promise<Readiness> {
  const { app, db } = locals;
  const { checks } = app;
  // The result is for all clients, so it must not depend on the bookmark of one.
  db.usePrimary();
  const results = await Promise.all(Object.values(checks).map((check) => run(check, locals)));
  const entries = Object.keys(checks).map((name, index): [string, CheckResult] => [name, results[index] ?? "failed"]);
  const isReady = results.every((result) => result !== "failed");
  return { isReady, checks: Object.fromEntries(entries), checkedAt: Date.now() };
}

/** The error is logged and not shown to the client. */
async function run(check: ReadinessCheck, locals: AppLocals): Promise<CheckResult> {
  try {
    const result = await retryRead(() => check(locals), CHECK_DEADLINE_MS);
    return result === "off" ? "off" : "ok";
  } catch (error) {
    logFailure("A readiness check failed", error);
    return "failed";
  }
}
