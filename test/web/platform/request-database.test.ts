/** Statements of a request: reads survive one failure, and nothing else is ever repeated. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Database, openRequestDatabase } from "../../../src/web/platform/request-database.ts";
import { DeadlineError, READ_DEADLINE_MS, WRITE_DEADLINE_MS } from "../../../src/web/platform/transient.ts";

const BOOKMARK = "00000001-00000002-00004e2f-0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const LATER = "00000002-00000002-00004e2f-0a1b2c3d4e5f60718293a4b5c6d7e8f9";
const LOST = "D1_ERROR: Network connection lost.";

interface Attempt {
  /** Where the session began: a bookmark or a mode. */
  readonly at: string | undefined;
  readonly sql: readonly string[];
}

/** A database whose first calls fail with these messages, or never respond. Notes each attempt. */
function failingDatabase(failures: readonly (string | "never" | undefined)[]) {
  const attempts: Attempt[] = [];
  const call = async <T>(at: string | undefined, sql: readonly string[], result: T): Promise<T> => {
    attempts.push({ at, sql });
    const failure = failures[attempts.length - 1];
    if (failure === "never") return new Promise<T>(() => {});
    if (failure !== undefined) throw new Error(failure);
    return result;
  };
  const withSession = (at?: string) => {
    const prepare = (sql: string) => {
      const run = <T>(result: T) => call(at, [sql], result);
      const statement = {
        sql,
        bind: () => statement,
        first: () => run({ n: 1 }),
        run: () => run({ results: [] }),
        all: () => run({ results: [{ n: 1 }] }),
        raw: () => run([[1]]),
      };
      return statement;
    };
    const batch = (statements: readonly { sql: string }[]) =>
      call(
        at,
        statements.map(({ sql }) => sql),
        statements.map(() => ({ results: [] })),
      );
    return { prepare, batch, getBookmark: () => LATER };
  };
  return { attempts, binding: { withSession } as unknown as D1Database };
}

const READ = "SELECT 1 AS n";
const WRITE = "UPDATE users SET name = name";

type Use = (db: Database) => Promise<unknown>;

const one = (sql: string): Use[] => [
  (db) => db.prepare(sql).first(),
  (db) => db.prepare(sql).bind().all(),
  (db) => db.prepare(sql).run(),
  (db) => db.prepare(sql).raw(),
];
const batched =
  (...all: string[]): Use =>
  (db) =>
    db.batch(all.map((sql) => db.prepare(sql)));

const READS = [...one(READ), ...one("\n  select 1"), batched(READ, READ)];
const WRITES = [
  ...one(WRITE),
  ...one("INSERT INTO users SELECT * FROM users"),
  ...one("DELETE FROM users RETURNING id"),
  ...one("WITH old AS (SELECT 1) DELETE FROM users"),
  batched(READ, WRITE),
  batched(WRITE, READ),
];

describe("a failed read", () => {
  test.each(READS.map((use, index) => [index, use] as const))(
    "is repeated once at the primary (%i)",
    async (_, use) => {
      const { attempts, binding } = failingDatabase([LOST]);
      await use(openRequestDatabase(binding, BOOKMARK));
      expect(attempts.map(({ at }) => at)).toEqual([BOOKMARK, "first-primary"]);
      expect(attempts[1]?.sql).toEqual(attempts[0]?.sql);
    },
  );

  test.each([
    ["twice", [LOST, LOST], 2],
    ["by an overloaded database", ["D1_ERROR: D1 DB is overloaded. Requests queued for too long."], 1],
    ["by a bug", ["D1_ERROR: no such table: things: SQLITE_ERROR"], 1],
  ])("fails if it was refused %s", async (_, failures, count) => {
    for (const use of READS) {
      const { attempts, binding } = failingDatabase(failures);
      await expect(use(openRequestDatabase(binding))).rejects.toThrow(failures.at(-1));
      expect(attempts).toHaveLength(count);
    }
  });

  test("remembers the state that its repetition has read", async () => {
    const { binding } = failingDatabase([LOST]);
    const db = openRequestDatabase(binding, BOOKMARK);
    await db.prepare(READ).first();
    expect(db.bookmark).toBe(LATER);
  });
});

describe("a failed write", () => {
  test.each(WRITES.map((use, index) => [index, use] as const))("is never repeated (%i)", async (_, use) => {
    const { attempts, binding } = failingDatabase([LOST]);
    await expect(use(openRequestDatabase(binding, BOOKMARK))).rejects.toThrow(LOST);
    expect(attempts.map(({ at }) => at)).toEqual(["first-primary"]);
  });
});

describe("a call that does not respond", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("is repeated once if it reads, and then fails", async () => {
    const { attempts, binding } = failingDatabase(["never", "never"]);
    const failed = expect(openRequestDatabase(binding, BOOKMARK).prepare(READ).first()).rejects.toThrow(DeadlineError);
    await vi.advanceTimersByTimeAsync(2 * READ_DEADLINE_MS);
    await failed;
    expect(attempts.map(({ at }) => at)).toEqual([BOOKMARK, "first-primary"]);
  });

  test("fails if it writes", async () => {
    const { attempts, binding } = failingDatabase(["never"]);
    const failed = expect(openRequestDatabase(binding).prepare(WRITE).run()).rejects.toThrow(DeadlineError);
    await vi.advanceTimersByTimeAsync(WRITE_DEADLINE_MS);
    await failed;
    expect(attempts).toHaveLength(1);
  });
});

test("a batch refuses statements of another database", async () => {
  const db = openRequestDatabase(env.DB);
  await expect(db.batch([env.DB.prepare(READ)])).rejects.toThrow(TypeError);
});

test("statements are bound anew for each attempt", async () => {
  const bound: unknown[][] = [];
  let attempts = 0;
  const binding = {
    withSession: () => {
      const session = env.DB.withSession();
      const prepare = (sql: string) => {
        const statement = session.prepare(sql);
        return {
          bind: (...values: unknown[]) => {
            bound.push(values);
            attempts++;
            return attempts === 1 ? { first: () => Promise.reject(new Error(LOST)) } : statement.bind(...values);
          },
        };
      };
      return { prepare, getBookmark: () => null };
    },
  } as unknown as D1Database;
  expect(await openRequestDatabase(binding).prepare("SELECT ?1 AS n").bind(7).first("n")).toBe(7);
  expect(bound).toEqual([[7], [7]]);
});
