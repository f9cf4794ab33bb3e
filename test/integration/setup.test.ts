/** The set-up script in a fresh checkout, test after test: what it makes, what it leaves alone. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyCheckout } from "./checkout.ts";

let checkout: string;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => rm(checkout, { recursive: true, force: true }));

function variables(): string {
  return join(checkout, ".dev.vars");
}

/** @returns How many milliseconds it took. */
async function runSetup(env: NodeJS.ProcessEnv = {}): Promise<number> {
  const startedAt = performance.now();
  await promisify(execFile)(process.execPath, ["scripts/setup.ts"], { cwd: checkout, env: { ...process.env, ...env } });
  return performance.now() - startedAt;
}

/** Each file's content and time of change, by its path. */
async function snapshot(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(checkout, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile()) continue;
    const hash = createHash("sha256").update(await readFile(path));
    files.set(path, `${(await stat(path)).mtimeMs} ${hash.digest("hex")}`);
  }
  return files;
}

/** The tables of the local database, by its file in Wrangler's state. */
async function localTables(): Promise<unknown[]> {
  const folder = join(checkout, ".wrangler/state/v3/d1/miniflare-D1DatabaseObject");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  return names.flatMap((name) => {
    const database = new DatabaseSync(join(folder, name), { readOnly: true });
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    database.close();
    return tables.map((table) => table.name);
  });
}

test("set-up does nothing for a deploy", async () => {
  const before = await snapshot();
  await runSetup({ WRANGLER_COMMAND: "deploy" });
  expect(await snapshot()).toEqual(before);
});

test("set-up makes the variables and the database; again, it is quick and changes nothing", async () => {
  const first = await runSetup();
  expect(await readFile(variables(), "utf8")).toBe("ENVIRONMENT=development\n");
  expect(await localTables()).toContain("notes");

  const before = await snapshot();
  const second = await runSetup();
  expect(await snapshot()).toEqual(before);
  expect(second).toBeLessThan(first / 2);
});

test("set-up keeps the variables that somebody wrote, and applies a migration that came later", async () => {
  await writeFile(variables(), "ENVIRONMENT=mine\nSECRET=kept\n");
  await writeFile(join(checkout, "migrations/9999_later.sql"), "CREATE TABLE later (id TEXT PRIMARY KEY) STRICT;\n");
  await runSetup();
  expect(await localTables()).toEqual(expect.arrayContaining(["notes", "later"]));
  expect(await readFile(variables(), "utf8")).toBe("ENVIRONMENT=mine\nSECRET=kept\n");
});
