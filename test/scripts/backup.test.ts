/** A backup drops the search indexes before the export, and rebuilds them even after a failure. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test, vi } from "vitest";
import { unstable_splitSqlQuery } from "wrangler";
import { backUp } from "../../scripts/backup/backup.ts";
import { openDatabase, searchIndexesOfMigrations } from "../../scripts/backup/database.ts";
import {
  dropSearchIndexes,
  type Execute,
  readSearchIndexes,
  rebuildSearchIndexes,
  searchIndexesIn,
} from "../../scripts/backup/search-indexes.ts";
import { readWrangler } from "../../scripts/wrangler.ts";

const folder = join(import.meta.dirname, "../../migrations");
const MIGRATIONS = readdirSync(folder)
  .filter((file) => /^000[12]_/.test(file))
  .sort()
  .map((file) => readFileSync(join(folder, file), "utf8"));

/**
 * A table like that of a feature: its index gets texts from a view, and its rowids exceed JavaScript's safe integers.
 */
const THINGS = `
  CREATE TABLE things (place INTEGER PRIMARY KEY, text TEXT NOT NULL);
  CREATE VIEW things_text AS SELECT place, '#' || text AS text FROM things;
  CREATE VIRTUAL TABLE things_search USING fts5 (text, content='things_text', content_rowid='place', tokenize='trigram');
  CREATE TRIGGER index_thing AFTER INSERT ON things
  BEGIN
    INSERT INTO things_search (rowid, text) SELECT place, text FROM things_text WHERE place = NEW.place;
  END;
  CREATE TRIGGER things_search_delete BEFORE DELETE ON things
  BEGIN
    INSERT INTO things_search (things_search, rowid, text) SELECT 'delete', place, text FROM things_text
    WHERE place = OLD.place AND EXISTS (SELECT 1 FROM things_search_docsize WHERE id = OLD.place);
  END;`;

const ALL = [...MIGRATIONS, THINGS];
const INDEXES = searchIndexesIn(ALL);
const COUNT = 4500;
const FIRST = "9007199254740993";

function openMemory() {
  const database = new DatabaseSync(":memory:");
  const execute: Execute = async (sql) => {
    const statements = unstable_splitSqlQuery(sql);
    database.exec("BEGIN");
    try {
      for (const statement of statements.slice(0, -1)) database.exec(statement);
      const rows = database.prepare(statements.at(-1) ?? "").all();
      database.exec("COMMIT");
      return rows;
    } catch (error) {
      database.exec("ROLLBACK");
      throw error;
    }
  };
  return { database, execute };
}

async function openFilled() {
  const memory = openMemory();
  for (const sql of ALL) memory.database.exec(sql);
  await insert(memory.execute, 0, COUNT);
  return memory;
}

const insert = (execute: Execute, from: number, count: number) =>
  execute(`WITH RECURSIVE n (i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${from + count - 1})
    INSERT INTO things (place, text) SELECT ${FIRST} + i, 'Thing ' || i FROM n`);

const find = async (execute: Execute, text: string) =>
  (await execute(`SELECT text FROM things WHERE place IN (SELECT rowid FROM things_search('"${text}"'))`)).map((row) =>
    String(row.text),
  );

/** @throws If the index does not contain exactly the texts of the table. */
const checkIndex = (execute: Execute) =>
  execute("INSERT INTO things_search (things_search, rank) VALUES ('integrity-check', 1)");

/** Reads the schema, without the quotes that renaming a table adds. */
const schemaOf = async (execute: Execute) =>
  (
    await execute(
      "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE '%\\_search\\_%' ESCAPE '\\' OR type = 'trigger' ORDER BY type, name",
    )
  ).map(({ type, name, sql }) => `${type} ${name} ${String(sql).replaceAll(/["';\s]/g, "")}`);

const silent = () => {};

/** Fails from the given statement on. */
function failing(execute: Execute, from: number): Execute {
  let count = 0;
  return async (sql) => {
    count += 1;
    if (count >= from) throw new Error("The connection is lost");
    return execute(sql);
  };
}

describe("backUp", () => {
  test("exports without any search index, and restores indexes and triggers exactly", async () => {
    const { execute } = await openFilled();
    const before = await schemaOf(execute);
    const atExport: unknown[] = [];
    const exportTo = async () => void atExport.push(await readSearchIndexes(execute), await insert(execute, COUNT, 1));
    const print = vi.fn();
    await backUp("b.sql", INDEXES, "rebuild by hand", { execute, exportTo, print });
    expect(atExport[0]).toEqual([]);
    expect(await schemaOf(execute)).toEqual(before);
    expect(await find(execute, `Thing ${COUNT}`), "written while the index was missing").toEqual([`Thing ${COUNT}`]);
    await insert(execute, COUNT + 1, 1);
    await execute(`DELETE FROM things WHERE place = ${FIRST}`);
    await checkIndex(execute);
    expect(print).toHaveBeenCalledWith(expect.stringContaining("503"));
  });

  test("rebuilds the indexes if the export fails, and reports the failure", async () => {
    const { execute } = await openFilled();
    const before = await schemaOf(execute);
    const exportTo = () => Promise.reject(new Error("Export failed"));
    await expect(backUp("b.sql", INDEXES, "by hand", { execute, exportTo, print: silent })).rejects.toThrow(
      "Export failed",
    );
    expect(await schemaOf(execute)).toEqual(before);
    await checkIndex(execute);
  });

  test("says how to rebuild the indexes by hand if the rebuild fails", async () => {
    const { execute } = await openFilled();
    const print = vi.fn();
    // The statements before the failure read the indexes twice, drop them, and begin to rebuild the first.
    const tools = { execute: failing(execute, 6), exportTo: silent, print };
    await expect(backUp("b.sql", INDEXES, "npm run by-hand", tools)).rejects.toThrow("The connection is lost");
    expect(print.mock.lastCall).toEqual([expect.stringContaining("npm run by-hand")]);
    await rebuildSearchIndexes(execute, INDEXES, silent);
    await checkIndex(execute);
  });

  test("after a killed rebuild leaves the schema as it was, with or without the indexes of the migrations", async () => {
    for (const expected of [INDEXES, []])
      for (const statements of [4, 7]) {
        const { execute } = await openFilled();
        const before = await schemaOf(execute);
        await dropSearchIndexes(execute);
        const killed = rebuildSearchIndexes(failing(execute, statements), INDEXES, silent);
        await expect(killed).rejects.toThrow("The connection is lost");
        const building = (await readSearchIndexes(execute)).filter(({ name }) => name.endsWith("_building"));
        expect(building).toHaveLength(1);
        await backUp("b.sql", expected, "by hand", { execute, exportTo: silent, print: silent });
        await rebuildSearchIndexes(execute, INDEXES, silent);
        expect(await schemaOf(execute)).toEqual(before);
      }
  });

  test("restores an index that no migration creates", async () => {
    const { execute } = await openFilled();
    const before = await schemaOf(execute);
    await backUp("b.sql", [], "by hand", { execute, exportTo: silent, print: silent });
    expect(await schemaOf(execute)).toEqual(before);
  });
});

describe("a rebuild", () => {
  test("continues after an interruption at any point, and includes everything written meanwhile", async () => {
    for (let statements = 1; ; statements += 1) {
      const { execute } = await openFilled();
      const before = await schemaOf(execute);
      await dropSearchIndexes(execute);
      const isComplete = await rebuildSearchIndexes(failing(execute, statements), INDEXES, silent).then(
        () => true,
        () => false,
      );
      const places = [0, 1, 2001, COUNT - 1].map((i) => `${FIRST} + ${i}`).join(", ");
      await execute(`DELETE FROM things WHERE place IN (${places})`);
      await insert(execute, 0, 2);
      await insert(execute, COUNT, 5);
      await rebuildSearchIndexes(execute, INDEXES, silent);
      expect(await schemaOf(execute)).toEqual(before);
      await checkIndex(execute);
      expect(await find(execute, "Thing 2001")).toEqual([]);
      if (isComplete) return expect(statements).toBeGreaterThan(7);
    }
  }, 60_000);

  test("indexes few long texts with each statement, and pauses as long as the statement took", async () => {
    const { execute } = await openFilled();
    const text = "x".repeat(20_000);
    await execute(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 250)
      INSERT INTO things (place, text) SELECT ${FIRST} + ${COUNT} + i, '${text}' FROM n`);
    await dropSearchIndexes(execute);
    const steps: string[] = [];
    const pauses: number[] = [];
    const slow: Execute = async (sql) => {
      const rows = await execute(sql);
      if (!sql.includes("SELECT CAST(max(")) return rows;
      await wait(30);
      const [indexed] = await execute("SELECT count(*) AS n FROM things_search_building_docsize");
      steps.push(String(indexed?.n));
      return rows;
    };
    const pause = async (milliseconds: number) => {
      pauses.push(milliseconds);
      steps.push("pause");
    };
    await rebuildSearchIndexes(
      slow,
      INDEXES.filter(({ name }) => name === "things_search"),
      silent,
      pause,
    );
    const counts = ["1000", "2000", "3000", "4000", "4600", "4700", "4750"];
    expect(steps).toEqual([...counts.flatMap((count) => [count, "pause"]), "4750"]);
    expect(Math.min(...pauses)).toBeGreaterThan(25);
    await checkIndex(execute);
  });

  test("skips the indexes of tables that the database does not have", async () => {
    const { execute, database } = openMemory();
    for (const sql of MIGRATIONS) database.exec(sql);
    await dropSearchIndexes(execute);
    await rebuildSearchIndexes(execute, INDEXES, silent);
    const names = (await readSearchIndexes(execute)).map(({ name }) => name);
    expect(names).toEqual(INDEXES.map(({ name }) => name).filter((name) => name !== "things_search"));
  });
});

test("an index that later migrations drop is not expected", () => {
  const names = (sql: readonly string[]) => searchIndexesIn(sql).map(({ name }) => name);
  expect(names([THINGS])).toEqual(["things_search"]);
  expect(names([THINGS, "DROP TRIGGER IF EXISTS index_thing;\nDROP TABLE IF EXISTS things_search;"])).toEqual([]);
});

test("a new database that is restored from a backup by Wrangler can be searched after a rebuild", {
  timeout: 600_000,
}, async () => {
  const path = mkdtempSync(join(tmpdir(), "backup-test-"));
  const open = (name: string) => {
    const config = join(path, name, "wrangler.json");
    rmSync(join(path, name), { recursive: true, force: true });
    return { ...openDatabase(["--local", "--config", config]), config };
  };
  try {
    const [from, to] = ["from", "to"].map((name) => {
      const opened = open(name);
      mkdirSync(join(path, name));
      writeFileSync(
        opened.config,
        JSON.stringify({
          name,
          compatibility_date: "2026-11-01",
          d1_databases: [{ binding: "DB", database_name: name, database_id: name }],
        }),
      );
      return opened;
    });
    if (!from || !to) return expect.fail();
    await from.execute(
      `${THINGS} INSERT INTO things (place, text) VALUES (${FIRST}, 'Thing 1'), (${FIRST} + 1, 'Thing 2');`,
    );
    const file = join(path, "backup.sql");
    await expect(async () => from.exportTo(file)).rejects.toThrow(/virtual/i);
    await backUp(file, searchIndexesIn([THINGS]), "by hand", { ...from, print: silent });
    expect(await find(from.execute, "Thing 2")).toEqual(["Thing 2"]);
    readWrangler(["d1", "execute", "DB", "--local", "--config", to.config, "--yes", "--file", file]);
    await rebuildSearchIndexes(to.execute, searchIndexesIn([THINGS]), silent);
    expect(await find(to.execute, "Thing 2")).toEqual(["Thing 2"]);
  } finally {
    rmSync(path, { recursive: true });
  }
});

test("the indexes of this project's migrations can be rebuilt", () => {
  for (const { statements, content, rowid } of searchIndexesOfMigrations()) {
    expect([content, rowid]).toEqual([expect.any(String), expect.any(String)]);
    expect(statements.length).toBeGreaterThan(1);
  }
});
