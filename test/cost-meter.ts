/** Bindings that count their calls, and that hold each call until nothing else runs. */
import { env } from "cloudflare:test";
import type { Env } from "../src/env.ts";
import { objectRows } from "./object-rows.ts";
import { buckets } from "./route-requests.ts";

/** A kind of call that Cloudflare bills. Deleting an object of R2 is free, and takes time. */
export type Kind = "queries" | "kv" | "r2-a" | "r2-b" | "objects" | "free";

const KINDS: readonly Kind[] = ["queries", "kv", "r2-a", "r2-b", "objects", "free"];

type Counts = Record<Kind, number>;

const noCounts = () => Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Counts;

/** The calls of one request at a time. */
export class CostMeter {
  counts = noCounts();
  /** The same for calls after the response. */
  after = noCounts();
  rowsRead = 0;
  rowsWritten = 0;
  /** The number of calls of the longest chain. */
  chain = 0;
  /** Whether the client has the whole response. */
  isAnswered = false;
  #isMeasuring = false;
  #held: (() => void)[] = [];
  #running = 0;

  /** Starts again at zero. Calls before the first request are neither held nor counted. */
  start(): void {
    [this.counts, this.after] = [noCounts(), noCounts()];
    [this.rowsRead, this.rowsWritten, this.chain] = [0, 0, 0];
    [this.isAnswered, this.#isMeasuring] = [false, true];
  }

  /** Holds a call until it is released together with all others that do not depend on it. */
  async hold<T>(kind: Kind, call: () => Promise<T>, amount = 1): Promise<T> {
    if (!this.#isMeasuring) return call();
    await new Promise<void>((resolve) => this.#held.push(resolve));
    this.#running += 1;
    (this.isAnswered ? this.after : this.counts)[kind] += amount;
    const before = objectRows();
    try {
      return await call();
    } finally {
      if (kind === "objects") {
        this.rowsRead += objectRows().read - before.read;
        this.rowsWritten += objectRows().written - before.written;
      }
      this.#running -= 1;
    }
  }

  /** Releases the held calls in rounds until the work is done: each call of a round waits for one of the round before. */
  async releaseUntil(work: Promise<unknown>): Promise<void> {
    let isDone = false;
    const settled = work.finally(() => {
      isDone = true;
    });
    settled.catch(() => undefined);
    while (!isDone) {
      await this.#untilQuiet();
      if (this.#held.length === 0) continue;
      if (!this.isAnswered) this.chain += 1;
      for (const release of this.#held.splice(0)) release();
    }
    this.#isMeasuring = false;
    await settled;
  }

  /** Waits until no call has come or gone for a while. */
  async #untilQuiet(): Promise<void> {
    for (let quiet = 0, held = this.#held.length; quiet < QUIET_TURNS; quiet += 1) {
      await scheduler.wait(1);
      if (this.#running === 0 && this.#held.length === held) continue;
      quiet = 0;
      held = this.#held.length;
    }
  }
}

const QUIET_TURNS = 6;

/** All bindings of the tests with storage behind them, counted by the meter. */
export function meteredBindings(meter: CostMeter): Partial<Env> {
  const objects = sameKind(env.RATE_LIMITER).map(([name, binding]) => [name, meterObjects(binding, meter)]);
  const r2 = buckets().map(([name, bucket]) => [name, meterBucket(bucket, meter)]);
  return {
    DB: meterDatabase(env.DB, meter),
    ASSET_MANIFEST: replace(env.ASSET_MANIFEST, meter, {
      get: "kv",
      getWithMetadata: "kv",
      list: "kv",
      put: "kv",
      delete: "kv",
    }),
    ...Object.fromEntries([...objects, ...r2]),
  };
}

/** The bindings with the prototype of this one. */
function sameKind<T extends object>(known: T): [name: string, binding: T][] {
  return Object.entries(env).flatMap(([name, binding]: [string, unknown]) =>
    typeof binding === "object" && binding !== null && Object.getPrototypeOf(binding) === Object.getPrototypeOf(known)
      ? [[name, binding as T] as [string, T]]
      : [],
  );
}

type Method = (...args: never[]) => unknown;

/** The object with some methods counted and others replaced. */
function replace<T extends object>(
  target: T,
  meter: CostMeter,
  kinds: Readonly<Record<string, Kind>>,
  made: Readonly<Record<string, Method>> = {},
): T {
  return new Proxy(target, {
    get(_, key) {
      if (typeof key === "string" && Object.hasOwn(made, key)) return made[key];
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
      const kind = typeof key === "string" && Object.hasOwn(kinds, key) ? kinds[key] : undefined;
      return kind ? (...args: unknown[]) => meter.hold(kind, async () => call(...args)) : call;
    },
  });
}

const R2_KINDS = { get: "r2-b", head: "r2-b", put: "r2-a", list: "r2-a", delete: "free" } as const;
const UPLOAD_KINDS = { uploadPart: "r2-a", complete: "r2-a", abort: "free" } as const;

function meterBucket(bucket: R2Bucket, meter: CostMeter): R2Bucket {
  return replace(bucket, meter, R2_KINDS, {
    createMultipartUpload: (...args: Parameters<R2Bucket["createMultipartUpload"]>) =>
      meter.hold("r2-a", async () => replace(await bucket.createMultipartUpload(...args), meter, UPLOAD_KINDS)),
  });
}

/** Each call of a stub is one request. */
function meterObjects<T extends object>(namespace: T, meter: CostMeter): T {
  const meterStub = (stub: object) =>
    new Proxy(stub, {
      get(_, key) {
        const member: unknown = Reflect.get(stub, key);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) => meter.hold("objects", async () => Reflect.apply(member, stub, args));
      },
    });
  return new Proxy(namespace, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      const call = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
      return key === "get" || key === "getByName" ? (...args: unknown[]) => meterStub(call(...args) as object) : call;
    },
  });
}

/** `first` and `raw` do not report how many rows they read, so both run as `all`. */
function meterDatabase(database: D1Database, meter: CostMeter): D1Database {
  const originals = new WeakMap<object, D1PreparedStatement>();
  const count = ({ meta }: D1Result) => {
    if (meter.isAnswered) return;
    meter.rowsRead += meta.rows_read;
    meter.rowsWritten += meta.rows_written;
  };
  const meterStatement = (statement: D1PreparedStatement): D1PreparedStatement => {
    const all = () =>
      meter.hold("queries", async () => {
        const result = await statement.all<Record<string, unknown>>();
        count(result);
        return result;
      });
    const metered = replace(
      statement,
      meter,
      {},
      {
        bind: (...values: unknown[]) => meterStatement(statement.bind(...values)),
        all,
        run: all,
        first: async (column?: string) => {
          const [row] = (await all()).results;
          return row === undefined ? null : column === undefined ? row : row[column];
        },
        raw: async () => (await all()).results.map((row) => Object.values(row)),
      },
    );
    originals.set(metered, statement);
    return metered;
  };
  const meterSession = <T extends D1Database | D1DatabaseSession>(session: T): T =>
    replace<T>(
      session,
      meter,
      {},
      {
        prepare: (sql: string) => meterStatement(session.prepare(sql)),
        batch: (statements: D1PreparedStatement[]) =>
          meter.hold(
            "queries",
            async () => {
              const results = await session.batch(statements.map((each) => originals.get(each) ?? each));
              results.forEach(count);
              return results;
            },
            statements.length,
          ),
        withSession: (...args: Parameters<D1Database["withSession"]>) => meterSession(database.withSession(...args)),
      },
    );
  return meterSession(database);
}
