/** Records the statements that code in `src` executes, in D1 and in Durable Objects, each with its query plan. */
import { env, runInDurableObject } from "cloudflare:test";
import type { Sweep } from "../../src/web/app/sweep.ts";
import { openRequestDatabase } from "../../src/web/platform/request-database.ts";
import { SWEEPING, sources } from "./call-sites.ts";
import { explain, normalize, ownSteps, type PlanRow, toPlan } from "./plan.ts";

/** A statement, recorded once for each run that executed it. */
export interface Recorded {
  /** The file that executes it. */
  readonly file: string;
  /** The name of the run. */
  readonly run: string;
  readonly sql: string;
  /** Undefined for a statement that changes the schema. */
  readonly plan: readonly string[] | undefined;
}

const recordings = new Map<string, Recorded>();
let run = "";

/** Names the run that executes the statements from now on. */
export function startRun(name: string): void {
  run = name;
}

/** Returns the source file whose code called the recorder. */
function callerIn(stack = ""): string | undefined {
  const paths = stack.split("\n").map((line) => /[(\s]([^\s()]+\.ts):\d+:\d+\)?$/.exec(line)?.[1]);
  for (const path of paths) {
    const file = path && [...sources.keys()].find((source) => path.endsWith(`/${source}`));
    if (file) return SWEEPING.includes(file) ? sweeping : file;
  }
  return undefined;
}

/** The file that contributes the current sweep. */
let sweeping: string | undefined;

/** Executes the statements of a sweep, which a file contributes. */
export async function executeSweep(file: string, { list, remove }: Sweep): Promise<void> {
  const storage = { env, db: env.DB, countCall: () => {} };
  const key = JSON.stringify([1, 1, 1]);
  sweeping = file;
  await list(storage, 1, []);
  await list(storage, 1, [key]);
  await remove(storage, [key]);
  sweeping = undefined;
}

function record(sql: string, plan?: readonly string[]): void {
  const file = callerIn(new Error().stack);
  const key = `${run} ${file} ${normalize(sql)}`;
  if (file && !recordings.has(key)) recordings.set(key, { file, run, sql: normalize(sql), plan });
}

const CHANGES_SCHEMA = /^\s*(?:CREATE|DROP|ALTER)\b/i;

/** Makes all databases record. This works because they share the isolate, and so the prototypes, with the tests. */
export async function recordStatements(): Promise<void> {
  for (const database of [env.DB, openRequestDatabase(env.DB)]) {
    const prototype = Object.getPrototypeOf(database);
    const { prepare } = prototype;
    prototype.prepare = function (sql: string) {
      record(sql);
      return Reflect.apply(prepare, this, [sql]);
    };
  }
  const stub = env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName("statements"));
  await runInDurableObject(stub, (_, { storage }) => {
    const prototype = Object.getPrototypeOf(storage.sql);
    const { exec } = prototype;
    prototype.exec = function (sql: string, ...values: unknown[]) {
      // Explains the statement at once, since only the object can do it.
      const explained: Iterable<PlanRow> = CHANGES_SCHEMA.test(sql)
        ? []
        : Reflect.apply(exec, this, [explain(sql), ...values]);
      record(sql, toPlan([...explained]));
      return Reflect.apply(exec, this, [sql, ...values]);
    };
  });
}

/** Returns all statements so far, in the order of their first execution. */
export async function recorded(): Promise<Recorded[]> {
  const statements = [...recordings.values()];
  return Promise.all(
    statements.map(async (statement) => {
      const { sql, plan } = statement;
      if (CHANGES_SCHEMA.test(sql)) return { ...statement, plan: undefined };
      return { ...statement, plan: ownSteps(sql, plan ?? (await planOf(sql))) };
    }),
  );
}

/** The plan of a statement in D1. */
export async function planOf(sql: string): Promise<string[]> {
  const statement = env.DB.prepare(explain(sql));
  const parameters = sql.replace(/'(?:[^']|'')*'/g, "").match(/\?\d*/g) ?? [];
  const numbers = parameters.map((parameter, index) => Number(parameter.slice(1) || index + 1));
  const values = Array<null>(Math.max(0, ...numbers)).fill(null);
  const bound = values.length > 0 ? statement.bind(...values) : statement;
  return toPlan((await bound.all<PlanRow>()).results);
}
