/** The CSV export of more notes than one query returns, read back as a spreadsheet would. */
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type Client, signUp } from "../../client.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

/** Logs each query of the export as it is asked. */
const LOG_QUERIES = `
import worker from "./worker.js";
const logged = (statement) => ({
  bind: (...values) => logged(statement.bind(...values)),
  all: () => { console.log("query"); return statement.all(); },
});
export default {
  fetch(request, env, ctx) {
    const prepare = (sql) => (sql.includes("JOIN notes") ? logged(env.DB.prepare(sql)) : env.DB.prepare(sql));
    const session = { prepare, batch: (statements) => env.DB.batch(statements), getBookmark: () => null };
    return worker.fetch(request, { ...env, DB: { ...session, withSession: () => session } }, ctx);
  },
};`;

let worker: RunningWorker;
let client: Client;
beforeAll(async () => {
  worker = await startWorker({ before: LOG_QUERIES });
  client = await signUp(worker);
});
afterAll(() => worker.stop());

function countQueries(): number {
  return worker.lines.filter((line) => line === "query").length;
}

const HEADER = ["id", "title", "body", "createdAt", "updatedAt"];
const TIME = "2026-11-01T12:00:00.000Z";

/** Makes these the notes of the client, behind the Worker's back. */
async function storeOnly(notes: readonly { title: string; body: string }[]): Promise<void> {
  const database = await worker.database();
  const insert = database.prepare(
    `INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
     SELECT (SELECT number + 1 << 28 FROM users WHERE id = ?3) - 1 - (value->>'n'),
       value->>'id', ?3, value->>'title', value->>'body', 1, ?1, ?1 FROM json_each(?2)`,
  );
  // The last comes first, so that the order of the export is its own; D1 takes no value over 2 MB.
  const rows = notes.map((note, n) => ({ n, id: idOf(n), ...note })).reverse();
  const slices = Array.from({ length: Math.ceil(rows.length / 50) }, (_, n) => rows.slice(n * 50, (n + 1) * 50));
  const inserts = slices.map((slice) => insert.bind(TIME, JSON.stringify(slice), client.userId));
  await database.batch([database.prepare("DELETE FROM notes"), ...inserts]);
}

function idOf(n: number): string {
  return `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

async function exportRows(): Promise<string[][]> {
  const response = await worker.fetch("/api/notes/export.csv", { headers: client.headers });
  expect(response.status).toBe(200);
  expect(response.headers.get("Content-Type")).toBe("text/csv; charset=utf-8");
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(await response.arrayBuffer());
  expect(text.startsWith("\uFEFF")).toBe(true);
  return parseCsv(text.slice(1));
}

test("1,234 notes come out once each, the oldest first", async () => {
  const notes = Array.from({ length: 1234 }, (_, n) => ({ title: `Note ${n}`, body: `Line 1\nLine 2, of ${n}` }));
  await storeOnly(notes);
  const expected = notes.map(({ title, body }, n) => [idOf(n), title, body, TIME, TIME]);
  expect(await exportRows()).toEqual([HEADER, ...expected]);
});

test.each([0, 100])("an export of %i notes, whole batches, ends well", async (count) => {
  await storeOnly(Array.from({ length: count }, () => ({ title: "Note", body: "" })));
  expect(await exportRows()).toHaveLength(1 + count);
});

test("a formula comes out behind an apostrophe, also behind what another locale takes for the end of a cell", async () => {
  const cells: readonly (readonly [text: string, cell: string])[] = [
    ...["=1+1", "+1", "-1", "@x", "＝1+1", "＋1", "－1", "＠x", '=HYPERLINK("x","y")'].map(
      (text) => [text, `'${text}`] as const,
    ),
    [" =1", " '=1"],
    ["\t=1", "\t'=1"],
    ["\r=1", "\r'=1"],
    ["\n=1", "\n'=1"],
    ["a;=1", "a;'=1"],
    ["a\t-1", "a\t'-1"],
  ];
  await storeOnly(cells.map(([text]) => ({ title: text, body: text })));
  const [, ...rows] = await exportRows();
  expect(rows.map(([, title, body]) => [title, body])).toEqual(cells.map(([, cell]) => [cell, cell]));
});

test("quotes, commas, line ends, emoji and harmless signs come out as they are", async () => {
  const texts = [
    '"quoted"',
    '"',
    "a,b",
    "one\ntwo",
    "one\r\ntwo",
    "👩‍👩‍👧 ßÆ漢",
    "1=1",
    "'=1",
    "a;b",
    "",
    "\uFEFFmark",
  ];
  await storeOnly(texts.map((text) => ({ title: text, body: text })));
  const [, ...rows] = await exportRows();
  expect(rows.map(([, title, body]) => [title, body])).toEqual(texts.map((text) => [text, text]));
});

test("the database is read as the client reads, and no further when it leaves", async () => {
  const body = "x".repeat(20_000);
  await storeOnly(Array.from({ length: 1000 }, (_, n) => ({ title: `Note ${n}`, body })));
  const before = countQueries();
  const response = await worker.fetch("/api/notes/export.csv", { headers: client.headers });
  const reader = response.body?.getReader();
  await reader?.read();
  await reader?.cancel();
  await wait(1000);
  const asked = countQueries() - before;
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThan(5);
});

test("a reader that stops holds the reading up, and gets the rest when it goes on", { timeout: 60_000 }, async () => {
  const body = "x".repeat(20_000);
  await storeOnly(Array.from({ length: 2000 }, (_, n) => ({ title: `Note ${n}`, body })));
  const before = countQueries();
  const sent = get(new URL("/api/notes/export.csv", await worker.url()).href, { headers: client.headers });
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  await wait(1500);
  const asked = countQueries() - before;
  await wait(1500);
  expect(countQueries() - before).toBe(asked);
  // What lies between is what the system's buffers take, of 21 queries.
  expect(asked).toBeLessThan(10);
  let bytes = 0;
  for await (const chunk of response) bytes += chunk.byteLength;
  expect(bytes).toBeGreaterThan(2000 * 20_000);
  // Log lines come by a way of their own.
  await vi.waitFor(() => expect(countQueries() - before).toBe(21), { timeout: 10_000 });
});

test("HEAD tells of the export and asks nothing of the database", async () => {
  const before = countQueries();
  const response = await worker.fetch("/api/notes/export.csv", { method: "HEAD", headers: client.headers });
  expect(response.headers.get("Content-Disposition")).toBe('attachment; filename="notes.csv"');
  expect((await response.arrayBuffer()).byteLength).toBe(0);
  await wait(200);
  expect(countQueries()).toBe(before);
});

/** RFC 4180: fields between commas, quoted where they need it, a quote within doubled; every line ends with CRLF. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [];
  const row: string[] = [];
  let position = 0;
  for (const match of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy)) {
    const [all, quoted, plain = "", end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "\r\n") rows.push(row.splice(0));
    position += all.length;
  }
  if (position !== text.length || row.length > 0) throw new Error(`No CSV from character ${position} on`);
  return rows;
}
