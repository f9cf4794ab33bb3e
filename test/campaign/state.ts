/** Reads everything that is stored, to find the changes of a request. */
import { env } from "cloudflare:test";
import { buckets, tableNames } from "../route-requests.ts";

/** Tables and columns that refused requests may change, each with the reason. */
const EXCLUDED: Readonly<Record<string, string>> = {
  sockets: "sockets of earlier requests end at any time",
  "sessions.data": "a message on the next page says why a form was refused",
  "sessions.used_at": "every request with the session is a use of it",
  "api_keys.last_used_at": "every request with the key is a use of it",
};

type Row = Readonly<Record<string, unknown>>;

/** A line for each row of D1, each object of R2 and each key of KV. */
export type State = ReadonlySet<string>;

/** @param more Reads further state, such as that of Durable Objects. */
export async function readState(more?: () => Promise<unknown>): Promise<State> {
  const [rows, objects, keys, own] = await Promise.all([readRows(), readObjects(), readKeys(), more?.()]);
  return new Set([...rows, ...objects, ...keys, `more ${JSON.stringify(own)}`]);
}

/** @returns The added lines, with `+`, and the removed lines, with `-`. */
export function differenceOf(before: State, after: State): string[] {
  const gone = [...before].filter((line) => !after.has(line)).map((line) => `- ${line}`);
  return [...gone, ...[...after].filter((line) => !before.has(line)).map((line) => `+ ${line}`)];
}

async function readRows(): Promise<string[]> {
  const tables = (await tableNames()).filter((name) => !(name in EXCLUDED));
  const results = await env.DB.batch<Row>(tables.map((name) => env.DB.prepare(`SELECT * FROM ${name}`)));
  return tables.flatMap((table, index) => (results[index]?.results ?? []).map((row) => lineOf(table, row)));
}

function lineOf(table: string, row: Row): string {
  return `${table} ${JSON.stringify(Object.entries(row).filter(([column]) => !(`${table}.${column}` in EXCLUDED)))}`;
}

async function readObjects(): Promise<string[]> {
  const lists = await Promise.all(
    buckets().map(async ([name, bucket]) => {
      const { objects } = await bucket.list();
      return objects.map(({ key, etag }) => `${name} ${key} ${etag}`);
    }),
  );
  return lists.flat();
}

async function readKeys(): Promise<string[]> {
  const { keys } = await env.ASSET_MANIFEST.list();
  return keys.map(({ name }) => `ASSET_MANIFEST ${name}`);
}

/** Empties the database and the buckets, so that the state of a case is small. Published files stay. */
export async function forgetEverything(): Promise<void> {
  const deletions = (await tableNames()).map((name) => env.DB.prepare(`DELETE FROM ${name}`));
  await env.DB.batch([env.DB.prepare("PRAGMA defer_foreign_keys = on"), ...deletions]);
  for (const [, bucket] of buckets().filter(([name]) => name !== "ASSETS")) {
    const { objects } = await bucket.list();
    if (objects.length > 0) await bucket.delete(objects.map(({ key }) => key));
  }
}
