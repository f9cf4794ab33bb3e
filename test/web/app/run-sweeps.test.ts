/** The runner of sweeps adapts its batches, keeps its limits, and skips rows that cannot be removed. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { runSweeps, type SweepLimits } from "../../../src/web/app/run-sweeps.ts";
import { type Sweep, sweepRows } from "../../../src/web/app/sweep.ts";
import { sweepNightly } from "../../../src/web/app/sweep-nightly.ts";

const PLENTY: SweepLimits = { calls: 10_000, milliseconds: 60_000 };
const ALPHA = sweepRows({ table: "alpha", key: "id", where: "due <= ?", values: () => [10] });
const BETA = sweepRows({ table: "beta", key: "owner, id", where: "due <= ?", values: () => [10] });

beforeEach(async () => {
  await env.DB.batch(
    [
      "DROP TABLE IF EXISTS alpha",
      "DROP TABLE IF EXISTS beta",
      "CREATE TABLE alpha (id INTEGER PRIMARY KEY, due INTEGER NOT NULL)",
      "CREATE TABLE beta (owner TEXT NOT NULL, id INTEGER NOT NULL, due INTEGER NOT NULL, PRIMARY KEY (owner, id))",
    ].map((sql) => env.DB.prepare(sql)),
  );
});
afterEach(() => void vi.restoreAllMocks());

const NUMBERS = "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)";
const fillAlpha = (count: number) =>
  env.DB.prepare(`INSERT INTO alpha (id, due) ${NUMBERS} SELECT n, 10 FROM numbers`).bind(count).run();
const fillBeta = (count: number) =>
  env.DB.prepare(`INSERT INTO beta (owner, id, due) ${NUMBERS} SELECT 'o"' || n, n, 10 FROM numbers`).bind(count).run();

async function left(table: string): Promise<unknown[]> {
  const { results } = await env.DB.prepare(`SELECT id FROM ${table} ORDER BY id`).all();
  return results.map(({ id }) => id);
}

/** Makes the database refuse to delete these rows. */
const poison = (ids: readonly number[]) =>
  env.DB.prepare(
    `CREATE TRIGGER poison BEFORE DELETE ON alpha WHEN OLD.id IN (${ids.join(", ")})
     BEGIN SELECT RAISE(ABORT, 'a bad row'); END`,
  ).run();

/** Wraps the database so that it counts its queries and may fail. */
function watchedDb(before: (sql: string, n: number) => void = () => {}) {
  const queries: string[] = [];
  const prepare = (sql: string) => {
    before(sql, queries.push(sql));
    return env.DB.prepare(sql);
  };
  return { queries, storage: { env, db: { prepare, batch: env.DB.batch.bind(env.DB) } } };
}

const run = (sweeps: readonly Sweep[], limits = PLENTY) => runSweeps(watchedDb().storage, sweeps, limits);

describe("rows that cannot be removed", () => {
  test.each([
    { count: 1, bad: [1] },
    { count: 2, bad: [2] },
    { count: 100, bad: [1] },
    { count: 100, bad: [50, 51] },
    { count: 250, bad: [100, 101, 250] },
    { count: 700, bad: [3, 99, 340, 341, 699] },
    { count: 150, bad: Array.from({ length: 130 }, (_, i) => i + 1) },
  ])("of $count rows are named and skipped, and the rest is removed", async ({ count, bad }) => {
    await fillAlpha(count);
    await fillBeta(3);
    await poison(bad);
    const [alpha, beta] = await run([ALPHA, BETA]);
    expect(await left("alpha")).toEqual(bad);
    expect(alpha).toMatchObject({ table: "alpha", rows: count - bad.length, isUnfinished: false });
    expect(alpha?.skipped.map((key) => JSON.parse(key)[0]).sort((a, b) => a - b)).toEqual(bad);
    expect(String(alpha?.error)).toContain("a bad row");
    expect([beta?.rows, beta?.skipped, beta?.error]).toEqual([3, [], undefined]);
  });

  test("are found again by the next run, which removes them once that is possible", async () => {
    await fillAlpha(300);
    await poison([7]);
    expect(await run([ALPHA])).toMatchObject([{ rows: 299, skipped: ["[7]"] }]);
    expect(await run([ALPHA])).toMatchObject([{ rows: 0, skipped: ["[7]"] }]);
    await env.DB.prepare("DROP TRIGGER poison").run();
    expect(await run([ALPHA])).toMatchObject([{ rows: 1, skipped: [], isUnfinished: false }]);
  });
});

describe("a failure that is not due to a row", () => {
  test.each([
    "Network connection lost",
    "D1 DB is overloaded. Too many requests queued.",
    "Too many API requests by single worker invocation.",
    "Too many subrequests by single Worker invocation.",
  ])("ends the table's run at once, and no other table's: %s", async (message) => {
    await fillAlpha(400);
    await fillBeta(3);
    const { queries, storage } = watchedDb((sql) => {
      if (sql.startsWith("DELETE FROM alpha")) throw new Error(message);
    });
    const [alpha, beta] = await runSweeps(storage, [ALPHA, BETA], PLENTY);
    expect(alpha).toMatchObject({ rows: 0, skipped: [], isUnfinished: true, error: { message } });
    expect(queries.filter((sql) => sql.includes("alpha"))).toHaveLength(2);
    expect(beta).toMatchObject({ rows: 3, isUnfinished: false });
  });

  test("such as a missing table is reported, and the other tables are swept", async () => {
    await fillAlpha(5);
    const gone = sweepRows({ table: "gone", key: "id", where: "TRUE" });
    const [missing, alpha] = await run([gone, ALPHA]);
    expect([missing?.isUnfinished, String(missing?.error)]).toEqual([true, expect.stringContaining("no such table")]);
    expect(alpha).toMatchObject({ rows: 5, isUnfinished: false });
  });
});

describe("a run", () => {
  test.each([6, 10, 20, 45])("makes at most %i calls, and reports that it is unfinished", async (calls) => {
    await fillAlpha(60_000);
    const { queries, storage } = watchedDb();
    const [report] = await runSweeps(storage, [ALPHA], { ...PLENTY, calls });
    expect(queries.length).toBeLessThanOrEqual(calls);
    expect(queries.length).toBeGreaterThan(calls - 6);
    expect(report).toMatchObject({ isUnfinished: true, calls: queries.length });
    expect((await left("alpha")).length).toBe(60_000 - (report?.rows ?? 0));
  });

  test("counts the calls that sweeps make elsewhere", async () => {
    await fillAlpha(5_000);
    let elsewhere = 0;
    const costly: Sweep = {
      ...ALPHA,
      remove: async (storage, keys) => {
        storage.countCall();
        elsewhere++;
        return ALPHA.remove(storage, keys);
      },
    };
    const { queries, storage } = watchedDb();
    const [report] = await runSweeps(storage, [costly], { ...PLENTY, calls: 10 });
    expect(queries.length + elsewhere).toBeLessThanOrEqual(10);
    expect(report?.calls).toBe(queries.length + elsewhere);
  });

  test("stops at its limit even while it isolates bad rows", async () => {
    await fillAlpha(100);
    await poison(Array.from({ length: 100 }, (_, i) => i + 1));
    const { queries, storage } = watchedDb();
    const [report] = await runSweeps(storage, [ALPHA], { ...PLENTY, calls: 12 });
    expect(queries.length).toBeLessThanOrEqual(12);
    expect(report?.isUnfinished).toBe(true);
  });

  test("leaves calls to every table, however large the first is", async () => {
    await fillAlpha(60_000);
    await fillBeta(150);
    const [alpha, beta] = await run([ALPHA, BETA], { ...PLENTY, calls: 16 });
    expect([alpha?.isUnfinished, beta?.isUnfinished, beta?.rows]).toEqual([true, false, 150]);
  });

  test("gives the first table the calls that the others did not need", async () => {
    await fillAlpha(5_000);
    const [alpha] = await run([ALPHA, BETA, BETA, BETA, BETA, BETA], { ...PLENTY, calls: 40 });
    expect(alpha).toMatchObject({ rows: 5_000, isUnfinished: false });
  });

  test("stops when its time is over", async () => {
    await fillAlpha(5_000);
    const [report] = await run([ALPHA], { ...PLENTY, milliseconds: 0 });
    expect(report).toMatchObject({ rows: 0, calls: 0, isUnfinished: true });
  });

  test("may be concurrent with another", async () => {
    await fillAlpha(3_000);
    const reports = await Promise.all([run([ALPHA]), run([ALPHA])]);
    expect(await left("alpha")).toEqual([]);
    expect(reports.flat().reduce((sum, { rows }) => sum + rows, 0)).toBe(3_000);
  });

  test("adapts the rows of a statement to the time that it takes", async () => {
    const limits: number[] = [];
    const durations = [1, 1, 30, 200, 200, 200, 200, 200, 200, 200, 1];
    const sweep: Sweep = {
      table: "t",
      reason: "expired",
      list: async (_, limit) => {
        limits.push(limit);
        return limits.length > durations.length ? [] : Array.from({ length: limit }, (_, i) => `[${i}]`);
      },
      remove: async (_, keys) => ({ rows: keys.length, duration: durations[limits.length - 1] ?? 0 }),
    };
    await run([sweep]);
    expect(limits).toEqual([100, 200, 400, 400, 200, 100, 50, 25, 12, 10, 10, 20]);
  });
});

test("a key of 64 bits is removed exactly", async () => {
  const ids = ["4503599627370497000", "4503599627370497001"];
  const insert = env.DB.prepare(`INSERT INTO alpha (id, due) VALUES (${ids[0]}, 11), (${ids[1]}, 10)`);
  await insert.run();
  expect(await run([ALPHA])).toMatchObject([{ rows: 1 }]);
  expect(await env.DB.prepare("SELECT CAST(id AS TEXT) AS id FROM alpha").first("id")).toBe(ids[0]);
});

describe("the nightly run", () => {
  const nightly = async (sweeps: readonly Sweep[], storage = watchedDb().storage) => {
    const lines: Record<string, unknown>[] = [];
    for (const method of ["log", "warn", "error"] as const)
      vi.spyOn(console, method).mockImplementation((line) => void lines.push(JSON.parse(line)));
    const error = await sweepNightly(storage, sweeps).catch((thrown) => thrown);
    return { lines, error };
  };

  test("logs a line for each table", async () => {
    await fillAlpha(120);
    const { lines, error } = await nightly([ALPHA, BETA]);
    const common = { level: "info", message: "Swept", reason: "expired", isUnfinished: false };
    const numbers = { milliseconds: expect.any(Number), calls: expect.any(Number) };
    expect(lines).toEqual([
      { ...common, ...numbers, table: "alpha", rows: 120 },
      { ...common, ...numbers, table: "beta", rows: 0 },
    ]);
    expect(error).toBeUndefined();
  });

  test("names the first 20 bad rows, only by their keys", async () => {
    await fillAlpha(100);
    await poison(Array.from({ length: 25 }, (_, i) => i + 1));
    const { lines } = await nightly([ALPHA]);
    expect(lines).toMatchObject([{ level: "error", table: "alpha", rows: 75, skippedRows: 25 }]);
    expect(lines[0]).toMatchObject({ error: { message: expect.stringContaining("a bad row") } });
    expect(lines[0]?.skipped).toHaveLength(20);
    expect(lines[0]?.skipped).toContain("[1]");
  });

  test("logs a failed table, sweeps the others, and then fails", async () => {
    await fillBeta(2);
    const { storage } = watchedDb((sql) => {
      if (sql.includes("alpha")) throw new Error("Network connection lost");
    });
    const { lines, error } = await nightly([ALPHA, BETA], storage);
    expect(lines).toMatchObject([
      { level: "error", table: "alpha", isUnfinished: true, error: { message: "Network connection lost" } },
      { level: "info", table: "beta", rows: 2 },
    ]);
    expect(error).toEqual(new Error("Network connection lost"));
  });

  test("stops before D1's limit of 1,000 queries, says so, and the next run continues", {
    timeout: 60_000,
  }, async () => {
    const endless: Sweep = { ...ALPHA, remove: async () => ({ rows: 0, duration: 0 }) };
    await fillAlpha(1_000);
    const { queries, storage } = watchedDb();
    const { lines, error } = await nightly([endless], storage);
    expect(queries.length).toBeGreaterThan(800);
    expect(queries.length).toBeLessThan(950);
    expect(lines).toMatchObject([
      { level: "info", table: "alpha", isUnfinished: true },
      { level: "warn", message: "The sweep stopped at its limit. The next run continues with alpha." },
    ]);
    expect(error).toBeUndefined();
  });
});
