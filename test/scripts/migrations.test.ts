/** The migrations of a feature, and what drops their tables. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { alteredBy, dropAll, findDrop, migrationsOf, nextMigration } from "../../scripts/scaffold/migrations.ts";

const FILES = [
  "0001_identity.sql",
  "0002_notes.sql",
  "0003_notes_deleted.sql",
  "0004_short_links.sql",
  "0005_notes_archive.sql",
  "0006_drop_chat.sql",
  "0010_notebooks.sql",
];

test.each([
  ["notes", ["0002_notes.sql", "0003_notes_deleted.sql"]],
  ["notes-archive", ["0005_notes_archive.sql"]],
  ["short-links", ["0004_short_links.sql"]],
  ["short", []],
  ["chat", []],
])("%s has its files, and none of a feature with a longer name", (feature, expected) => {
  expect(migrationsOf(feature, FILES, ["notes", "notes-archive", "short-links"])).toEqual(expected);
});

test("the next one has the next number", () => {
  expect(nextMigration("short-links", FILES)).toBe("0011_short_links.sql");
  expect(nextMigration("a", [])).toBe("0001_a.sql");
  expect(findDrop("chat", FILES)).toBe("0006_drop_chat.sql");
});

test.each<[name: string, sql: string, drops: string[]]>([
  ["a table and its index", "CREATE TABLE a (id);\nCREATE INDEX a_by ON a (id);", ["INDEX a_by", "TABLE a"]],
  ["the newest table first", "CREATE TABLE a (x); CREATE TABLE b (a REFERENCES a);", ["TABLE b", "TABLE a"]],
  [
    "triggers and views before tables",
    "create table a (x); CREATE VIEW v AS SELECT 1; CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 'CREATE TABLE no'; END;",
    ["TRIGGER t", "VIEW v", "TABLE a"],
  ],
  [
    "names in quotes",
    'CREATE TABLE IF NOT EXISTS "odd name" (x); CREATE TABLE [b] (x); CREATE TABLE `c` (x);',
    ["TABLE c", "TABLE b", 'TABLE "odd name"'],
  ],
  ["virtual tables", "CREATE VIRTUAL TABLE f USING fts5(x);", ["TABLE f"]],
  [
    "what is renamed, under both names",
    "CREATE TABLE new_a (x); ALTER TABLE new_a RENAME TO a;",
    ["TABLE a", "TABLE new_a"],
  ],
  ["nothing in comments", "-- CREATE TABLE a (x);\n/* CREATE TABLE b (x); */ CREATE TABLE c (x);", ["TABLE c"]],
])("%s", (_, sql, drops) => {
  const found = dropAll("x", [sql])?.match(/^DROP .*;$/gm);
  expect(found).toEqual(drops.map((drop) => `DROP ${drop.replace(" ", " IF EXISTS ")};`));
});

test("a migration that creates no table needs none; altered tables of others are named", () => {
  const sql = "ALTER TABLE users ADD COLUMN x; UPDATE users SET x = 1;";
  expect(dropAll("x", [sql])).toBeUndefined();
  expect(alteredBy([sql, "CREATE TABLE a (x); ALTER TABLE a ADD COLUMN y;"])).toEqual(["users"]);
});

test("this project's own migrations are undone, with rows in their tables, before them, and twice", () => {
  const folder = join(import.meta.dirname, "../../migrations");
  const all = readdirSync(folder).sort();
  const own = all.filter((file) => !/^000[12]_/.test(file));
  const database = new DatabaseSync(":memory:");
  const objects = () =>
    database.prepare("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name").all();
  const read = (files: readonly string[]) => files.map((file) => readFileSync(join(folder, file), "utf8"));
  for (const sql of read(all.filter((file) => !own.includes(file)))) database.exec(sql);
  const before = objects();
  for (const sql of read(own)) database.exec(sql);
  database.exec("INSERT INTO users VALUES (1, 'u', 'e', 'n', 'user', 'h', 0, 0, 't')");
  database.exec("INSERT INTO notes VALUES ((1 << 28) + 1, 'n', 'u', 't', 'b', 1, 't', 't')");
  const drop = dropAll("x", read(own)) ?? "";
  for (let times = 0; times < 2; times++) {
    database.exec(drop);
    expect(objects()).toEqual(before);
  }
});
