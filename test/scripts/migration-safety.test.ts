/** Which migrations a deploy may apply while the code of the previous one still runs. */
import { expect, test } from "vitest";
import { findBreaking } from "../../scripts/deploy/migration-safety.ts";
import { dropAll } from "../../scripts/scaffold/migrations.ts";

test.each<[name: string, sql: string, breaking: string[]]>([
  ["a new table", "CREATE TABLE a (id TEXT);\nCREATE INDEX a_by ON a (id);", []],
  ["a new column", "ALTER TABLE a ADD COLUMN b TEXT;", []],
  ["a dropped index or trigger", "DROP INDEX a_by; DROP TRIGGER a_say;", []],
  ["a dropped table", "DROP TABLE IF EXISTS a;", ["DROP TABLE IF EXISTS a"]],
  ["a dropped view", "drop view a;", ["drop view a"]],
  ["a dropped column", "ALTER TABLE a DROP COLUMN b;", ["ALTER TABLE a DROP COLUMN b"]],
  ["a dropped column without the word", 'ALTER TABLE "odd name" DROP b;', ['ALTER TABLE "odd name" DROP b']],
  ["a renamed table", "ALTER TABLE [a b] RENAME TO c;", ["ALTER TABLE [a b] RENAME TO c"]],
  ["a renamed column", "alter table `a`\n\n  rename column b to c", ["alter table `a` rename column b to c"]],
  [
    "a copied table",
    "CREATE TABLE b (x);\nDROP TABLE a;\nALTER TABLE b RENAME TO a;",
    ["DROP TABLE a", "ALTER TABLE b RENAME TO a"],
  ],
  [
    "words in comments and strings",
    "-- DROP TABLE a\n/* ALTER TABLE a DROP b; */ INSERT INTO a VALUES ('DROP TABLE b');",
    [],
  ],
  ["a word that begins like one", "CREATE TABLE drop_tables (id); ALTER TABLE a ADD COLUMN rename TEXT;", []],
  ["a marker", "-- Unused since 1.4.0, deployed on 2026-11-20.\nDROP TABLE a;", []],
  ["a marker for statements in a row", "-- Unused since 3fa2b1c\nDROP TABLE a;\nDROP TABLE b;", []],
  ["a marker before a blank line", "-- Unused since 1.4.0\nDROP TABLE a;\n\nDROP TABLE b;", ["DROP TABLE b"]],
  ["a marker below", "DROP TABLE a;\n-- Unused since 1.4.0\n", ["DROP TABLE a"]],
  ["a marker without a time", "-- Unused since\nDROP TABLE a;", ["DROP TABLE a"]],
  ["another comment", "-- The table is no longer needed.\nDROP TABLE a;", ["DROP TABLE a"]],
])("%s", (_, sql, breaking) => {
  expect(findBreaking(sql)).toEqual(breaking);
  expect(findBreaking(sql.replaceAll("\n", "\r\n"))).toEqual(breaking);
});

test("the migration that a removal writes has the marker", () => {
  expect(findBreaking(dropAll("talk", ["CREATE TABLE a (id); CREATE VIEW b AS SELECT 1;"]) ?? "DROP TABLE a")).toEqual(
    [],
  );
});
