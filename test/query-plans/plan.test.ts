/** Recognizes scans and sorts in query plans of the real database. */
import { env } from "cloudflare:test";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callSitesOf } from "./call-sites.ts";
import { growingSteps, ownSteps } from "./plan.ts";
import { planOf } from "./recorder.ts";

const CREATE = [
  "CREATE TABLE plan_rows (id INTEGER PRIMARY KEY, owner TEXT, at INTEGER, text TEXT) STRICT",
  "CREATE INDEX plan_rows_by_owner ON plan_rows (owner, at)",
  "CREATE TABLE plan_others (id INTEGER PRIMARY KEY, name TEXT) STRICT",
  "CREATE VIRTUAL TABLE plan_index USING fts5 (text, content='plan_rows', content_rowid='id', tokenize='trigram')",
];
beforeAll(async () => void (await env.DB.batch(CREATE.map((sql) => env.DB.prepare(sql)))));
afterAll(async () => {
  const tables = ["plan_index", "plan_others", "plan_rows"];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DROP TABLE ${table}`)));
});

test.each([
  "SELECT id FROM plan_rows WHERE id = ?",
  "SELECT id FROM plan_rows WHERE owner = ? AND at < ifnull(?, 9e999) ORDER BY at DESC LIMIT ?",
  "DELETE FROM plan_rows WHERE id IN (SELECT value FROM json_each(?))",
  "INSERT INTO plan_rows (owner) SELECT ?",
  "INSERT INTO plan_rows (owner) VALUES (?), (?)",
  "SELECT 1 FROM sqlite_master WHERE name = ?",
  "SELECT max(id) FROM plan_rows",
  "SELECT id FROM (SELECT id FROM plan_rows WHERE owner = ? ORDER BY at LIMIT 10) LIMIT 5",
  "SELECT rowid FROM plan_index WHERE plan_index MATCH ? AND rowid > ?",
  "SELECT plan_rows.id FROM plan_index JOIN plan_rows ON plan_rows.id = plan_index.rowid WHERE plan_index MATCH ?",
])("%s searches", async (sql) => {
  expect(growingSteps(await planOf(sql))).toEqual([]);
});

test.each([
  ["SELECT text FROM plan_rows", "SCAN plan_rows"],
  ["SELECT text FROM plan_rows AS json_rows WHERE text = ?", "SCAN json_rows"],
  ["SELECT count(*) FROM plan_rows", "SCAN plan_rows USING COVERING INDEX plan_rows_by_owner"],
  ["DELETE FROM plan_rows WHERE text = ?", "SCAN plan_rows"],
  ["UPDATE plan_rows SET at = 1 WHERE owner = ? OR text = ?", "SCAN plan_rows"],
  ["SELECT id FROM plan_rows WHERE (?1 IS NULL OR id < ?1) ORDER BY id DESC", "SCAN plan_rows"],
  ["SELECT id FROM plan_rows WHERE owner = ? ORDER BY text", "USE TEMP B-TREE FOR ORDER BY"],
  ["SELECT DISTINCT text FROM plan_rows WHERE owner = ?", "USE TEMP B-TREE FOR DISTINCT"],
  ["SELECT rowid FROM plan_index", "SCAN plan_index VIRTUAL TABLE INDEX 0:"],
  ["SELECT rowid FROM plan_index WHERE rowid > ?", "SCAN plan_index VIRTUAL TABLE INDEX"],
  ["SELECT id FROM (SELECT id FROM plan_rows ORDER BY text LIMIT 10) LIMIT 5", "USE TEMP B-TREE FOR ORDER BY"],
  [
    "SELECT 1 FROM plan_rows JOIN plan_others ON plan_others.name = plan_rows.text WHERE plan_rows.id < 9",
    "SEARCH plan_others USING AUTOMATIC",
  ],
])("%s is refused", async (sql, step) => {
  const steps = growingSteps(await planOf(sql));
  expect(
    steps.some((each) => each.startsWith(step)),
    steps.join("; "),
  ).toBe(true);
});

const SOURCE = `
/** db.prepare("in a comment") */
const held = "SELECT 'held'";
const first = db.prepare(held);
const { a } = sql.exec<{ a: number }>(
  \`SELECT \${COLUMNS.map((x) => { return x; })}
   FROM \${table} WHERE (a = 1)\`, 1);
db.prepare(made());
/x/.exec("text");
`;

test("call sites have their line and the form of their statements", () => {
  const sites = callSitesOf(SOURCE);
  expect(sites.map(({ line }) => line)).toEqual([4, 5, 8]);
  const texts = ["SELECT 'held'", "SELECT a, b FROM c WHERE (a = 1)", "SELECT a, b FROM c WHERE (a = 2)"];
  const matches = sites.map(({ pattern }) => texts.filter((text) => pattern?.test(text)));
  expect(matches).toEqual([["SELECT 'held'"], ["SELECT a, b FROM c WHERE (a = 1)"], []]);
});

test("steps for foreign keys do not belong to the statement", () => {
  const plan = ["SEARCH users USING INDEX a (id=?)", "SEARCH sessions USING INDEX b (user_id=?)", "SCAN CONSTANT ROW"];
  expect(ownSteps("DELETE FROM users WHERE id = ?", plan)).toEqual([plan[0], plan[2]]);
});
