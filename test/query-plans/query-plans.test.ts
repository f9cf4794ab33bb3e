/**
 * Pins the query plan of each SQL statement in `src`, for the schema of all migrations, without statistics of ANALYZE.
 * Review the changes of `query-plans.snap.txt`: a statement must search an index, and neither scan a table nor sort.
 */
import { env } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { tableNames } from "../route-requests.ts";
import { findCallSites } from "./call-sites.ts";
import { exceptionsOf, execute, isOf, owners } from "./owners.ts";
import { growingSteps } from "./plan.ts";
import { planOf, type Recorded, recorded, recordStatements, startRun } from "./recorder.ts";

const HEAD = `The plan of each SQL statement. \`npx vitest run test/query-plans -u\` writes this file.\n`;

function format(statements: readonly Recorded[], reasonOf: (statement: Recorded) => string | undefined): string {
  const ordered = statements.toSorted((a, b) => (`${a.file} ${a.sql}` < `${b.file} ${b.sql}` ? -1 : 1));
  const byFile = Map.groupBy(ordered, ({ file }) => file);
  const blocks = [...byFile].flatMap(([file, own]) => [
    `\n${file}`,
    ...own.flatMap((statement) => {
      const { sql, plan = ["(changes the schema)"] } = statement;
      const reason = reasonOf(statement);
      return [`\n  ${sql}`, ...plan.map((step) => `    ${step}`), ...(reason ? [`    allowed: ${reason}`] : [])];
    }),
  ]);
  return `${[HEAD.trimEnd(), ...blocks].join("\n")}\n`;
}

let statements: Recorded[] = [];

// With a clock that stands still, no request waits too long for a hash.
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await recordStatements();
  for (const owner of owners) {
    startRun(owner);
    await execute(owner);
  }
  statements = await recorded();
}, 300_000);
afterAll(() => void vi.useRealTimers());

describe.each(owners)("%s", (owner) => {
  const all = () => statements.filter(isOf(owner));
  // Leaves out statements that only the run of a feature executed, since the feature can be removed.
  const own = () => all().filter(({ run }) => run === owner);
  const exceptions = Object.entries(exceptionsOf(owner));
  const exceptionOf = ({ sql }: Recorded) => exceptions.find(([text]) => text === sql);

  test("every statement was executed", () => {
    const missing = findCallSites()
      .filter(isOf(owner))
      .filter(({ file, pattern }) => !own().some((each) => each.file === file && pattern?.test(each.sql)))
      .map(({ file, line }) => `${file}:${line}`);
    expect(missing, `Write the SQL as a literal, and execute it in test/${owner}/statements.ts`).toEqual([]);
  });

  test("no statement scans or sorts a table that grows, unless it is listed with a reason", () => {
    const growing = all().filter(({ plan = [] }) => growingSteps(plan).length > 0);
    const unlisted = growing.filter((statement) => !exceptionOf(statement));
    const shown = unlisted.map(({ file, sql, plan = [] }) => [file, sql, ...growingSteps(plan)]);
    expect(shown, `Add an index, or a reason to test/${owner}/statements.ts`).toEqual([]);
    const used = growing.map(({ sql }) => sql);
    const unused = exceptions.filter(([text]) => !used.includes(text));
    expect(unused, "These exceptions are not needed").toEqual([]);
  });

  // Such a condition cannot use the index, so each page reads all rows before it. `id < ifnull(?, '~')` can use it.
  test("no statement compares with a cursor that may be NULL", () => {
    const text = /\?\d* IS NULL OR \(?[\w.]+ [<>]/;
    expect(all().filter(({ sql }) => text.test(sql))).toEqual([]);
  });

  test("the plans are those of query-plans.snap.txt", async () => {
    const text = format(own(), (statement) => exceptionOf(statement)?.[1]);
    await expect(text).toMatchFileSnapshot(`../${owner}/query-plans.snap.txt`);
  });
});

test("no table has statistics, which would make plans depend on the data", async () => {
  const { results } = await env.DB.prepare("SELECT name FROM sqlite_master WHERE name LIKE 'sqlite_stat%'").all();
  expect(results).toEqual([]);
});

test("no statement of a trigger scans or sorts a table", async () => {
  const select = env.DB.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'");
  const { results } = await select.all<{ name: string; sql: string }>();
  for (const { name, sql } of results) {
    const body = /\bBEGIN\b([\s\S]*)\bEND\s*$/i.exec(sql)?.[1] ?? "";
    const separate = body
      .replace(/\b(?:NEW|OLD)\.\w+/gi, "?")
      .replace(/RAISE\s*\([^()]*\)/gi, "1")
      .split(";");
    for (const statement of separate.filter((text) => text.trim() !== ""))
      expect([name, statement, growingSteps(await planOf(statement))]).toEqual([name, statement, []]);
  }
});

test("every foreign key has an index, so that deleting the row that it refers to scans no table", async () => {
  const tables = await tableNames();
  const keys = await Promise.all(
    tables.map(async (table) => {
      const select = env.DB.prepare(`SELECT "from" AS column FROM pragma_foreign_key_list('${table}')`);
      return (await select.all<{ column: string }>()).results.map(({ column }) => ({ table, column }));
    }),
  );
  expect(keys.flat().length).toBeGreaterThan(0);
  for (const { table, column } of keys.flat()) {
    const steps = growingSteps(await planOf(`SELECT 1 FROM ${table} WHERE ${column} = ?`));
    expect([table, column, steps]).toEqual([table, column, []]);
  }
});
