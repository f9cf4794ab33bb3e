/**
 * Runs in front of the built Worker, and counts the rows and statements of each request, separately before and after
 * its response.
 */
import { meterDatabase } from "./meter-database.ts";
import { countedRows, startCounting } from "./meter-objects.ts";

/** The cost of a request. */
export interface Cost {
  queries: number;
  rowsRead: number;
  rowsWritten: number;
  /** The time of all statements in the database, and that of the longest one; D1 counts whole milliseconds. */
  sqlMs: number;
  longestMs: number;
}

/** By table: the rows that DELETE and UPDATE statements of the table have read and changed. */
export type Changes = Record<string, { rowsRead: number; changed: number }>;

export interface Measured {
  readonly response: Cost;
  /** After the response, in `ctx.waitUntil`. */
  readonly after: Cost;
  readonly changes: Changes;
  isDone: boolean;
}

/** The id of a request's measurement. */
export const METER_HEADER = "X-Growth-Id";
/** Requests only the beginning of a body. */
export const BEGINNING_HEADER = "X-Growth-Beginning";
const BEGINNING_LENGTH = 500;

const measurements = new Map<string, Measured>();

const noCost = (): Cost => ({ queries: 0, rowsRead: 0, rowsWritten: 0, sqlMs: 0, longestMs: 0 });

/** The methods of the Worker that are called here. */
interface BuiltWorker {
  fetch(request: Request, env: GrowthEnv, ctx: ExecutionContext): Promise<Response>;
  scheduled(controller: unknown, env: GrowthEnv, ctx: ExecutionContext): Promise<void>;
}

interface GrowthEnv {
  readonly DB: D1Database;
  readonly [name: string]: unknown;
}

interface SeedableObject {
  growthExec(sql: string): Promise<unknown[]>;
}

/**
 * @returns The Worker with more routes: `/growth/costs/:id`, `/growth/sweep`, and `/growth/objects/:binding/:name`, which
 *   executes the SQL of the body in an object.
 */
export function meterWorker(worker: BuiltWorker): ExportedHandler<GrowthEnv> {
  return {
    async fetch(request, env, ctx) {
      const [, own, kind, first = "", second = ""] = new URL(request.url).pathname.split("/");
      if (own !== "growth")
        return measure(request, ctx, (metered, own) => worker.fetch(request, { ...env, ...metered }, own), env);
      if (kind === "costs") return Response.json(withObjects(measurements.get(first) as Measured));
      if (kind === "sweep") {
        return measure(
          request,
          ctx,
          async (metered, own) => {
            await worker.scheduled({}, { ...env, ...metered }, own);
            return new Response("swept");
          },
          env,
        );
      }
      const namespace = env[first] as DurableObjectNamespace;
      const stub = namespace.get(namespace.idFromName(second)) as unknown as SeedableObject;
      return Response.json(await stub.growthExec(await request.text()));
    },
  };
}

type Call = (metered: { DB: D1Database; API_RATE_LIMIT: number }, ctx: ExecutionContext) => Promise<Response>;

async function measure(request: Request, ctx: ExecutionContext, call: Call, env: GrowthEnv): Promise<Response> {
  const measured: Measured = { response: noCost(), after: noCost(), changes: {}, isDone: false };
  measurements.set(request.headers.get(METER_HEADER) ?? "", measured);
  startCounting();
  let hasResponded = false;
  const pending: Promise<unknown>[] = [];
  const own: ExecutionContext = {
    waitUntil: (promise) => {
      pending.push(promise);
      ctx.waitUntil(promise);
    },
    passThroughOnException: () => ctx.passThroughOnException(),
    props: ctx.props,
  } as ExecutionContext;
  const DB = meterDatabase(env.DB, (sql, result) => {
    const cost = hasResponded ? measured.after : measured.response;
    const { rows_read, rows_written, changes, duration } = result.meta;
    cost.queries += 1;
    cost.rowsRead += rows_read;
    cost.rowsWritten += rows_written;
    cost.sqlMs += duration;
    cost.longestMs = Math.max(cost.longestMs, duration);
    const table = /^\s*(?:DELETE FROM|UPDATE)\s+(\w+)/i.exec(sql)?.[1];
    if (table === undefined) return;
    measured.changes[table] ??= { rowsRead: 0, changed: 0 };
    measured.changes[table].rowsRead += rows_read;
    measured.changes[table].changed += changes;
  });
  const response = await call({ DB, API_RATE_LIMIT: 1_000_000 }, own);
  if (response.webSocket) {
    measured.isDone = true;
    return response;
  }
  const body = request.headers.has(BEGINNING_HEADER) ? await readBeginning(response) : await response.arrayBuffer();
  hasResponded = true;
  ctx.waitUntil(
    settle(pending).then(() => {
      measured.isDone = true;
    }),
  );
  const { status, headers } = response;
  return new Response(status === 204 || status === 304 ? null : body, { status, headers });
}

/** Reads the first few hundred characters of a body, and cancels the rest. */
async function readBeginning({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = "";
  while (reader && text.length < BEGINNING_LENGTH) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader?.cancel();
  return text;
}

/** Waits for all promises, including those that are added meanwhile. */
async function settle(pending: Promise<unknown>[]): Promise<void> {
  for (let settled = 0; settled < pending.length; settled = pending.length) await Promise.allSettled(pending);
}

function withObjects({ response, ...measured }: Measured): Measured {
  const { read, written } = countedRows();
  const { rowsRead, rowsWritten } = response;
  return { ...measured, response: { ...response, rowsRead: rowsRead + read, rowsWritten: rowsWritten + written } };
}
