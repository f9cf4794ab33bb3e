/** The set-up script in a fresh checkout, test after test: what it makes, what it leaves alone. */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { getPlatformProxy } from "wrangler";
import { MANIFEST_KEY, type Manifest, objectKeyOf } from "../../src/assets/manifest.ts";
import type { Env } from "../../src/env.ts";
import { verifyPassword } from "../../src/identity/passwords/password-hash.ts";
import { readTokenKeys } from "../../src/identity/tokens/token-keys.ts";
import { copyCheckout } from "./checkout.ts";

let checkout: string;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => rm(checkout, { recursive: true, force: true }));

function variables(): string {
  return join(checkout, ".dev.vars");
}

/** @returns What it printed. */
async function runSetup(env: NodeJS.ProcessEnv = {}): Promise<string> {
  const options = { cwd: checkout, env: { ...process.env, ...env } };
  const { stdout } = await promisify(execFile)(process.execPath, ["scripts/setup.ts"], options);
  return stdout;
}

/** Each file's content and time of change, by its path, but for the files that SQLite needs to read. */
async function snapshot(): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const entry of await readdir(checkout, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || entry.name.endsWith("-shm")) continue;
    if (entry.name.endsWith("-wal") && (await stat(path)).size === 0) continue;
    const hash = createHash("sha256").update(await readFile(path));
    files.set(path, `${(await stat(path)).mtimeMs} ${hash.digest("hex")}`);
  }
  return files;
}

/** Asks the local database, which is one of the files in Wrangler's state. */
async function query(sql: string): Promise<Record<string, unknown>[]> {
  const folder = join(checkout, ".wrangler/state/v3/d1/miniflare-D1DatabaseObject");
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sqlite") && name !== "metadata.sqlite");
  return names.flatMap((name) => {
    const database = new DatabaseSync(join(folder, name));
    const rows = database.prepare(sql).all();
    database.close();
    return rows.map((row) => ({ ...row }));
  });
}

async function localTables(): Promise<unknown[]> {
  return (await query("SELECT name FROM sqlite_schema WHERE type = 'table'")).map(({ name }) => name);
}

function localAccounts() {
  return query("SELECT * FROM users ORDER BY email");
}

test("set-up does nothing for a deploy", async () => {
  const before = await snapshot();
  await runSetup({ WRANGLER_COMMAND: "deploy" });
  expect(await snapshot()).toEqual(before);
});

test("set-up makes the variables and the database; again, it touches nothing", async () => {
  await runSetup();
  expect(await readFile(variables(), "utf8")).toMatch(
    /^ENVIRONMENT=development\nPUBLIC_ORIGIN=\nTOKEN_KEYS='\{.*\}'\n$/,
  );
  expect(await localTables()).toEqual(expect.arrayContaining(["users", "sessions"]));

  const before = await snapshot();
  await runSetup();
  expect(await snapshot()).toEqual(before);
});

test("the keys are good ones, and in a file that nobody else reads", async () => {
  const [, keys = ""] = /^TOKEN_KEYS='(.*)'$/m.exec(await readFile(variables(), "utf8")) ?? [];
  expect(readTokenKeys(keys).size).toBe(1);
  expect((await stat(variables())).mode & 0o077).toBe(0);
});

test.each([0o644, 0o640, 0o666, 0o604, 0o700])(
  "a file of variables with mode %o is for its owner alone after a set-up, whether or not anything is added",
  async (mode) => {
    const before = await readFile(variables(), "utf8");
    for (const text of [before, before.replace(/^ENVIRONMENT=.*\n/m, "")]) {
      await writeFile(variables(), text);
      await chmod(variables(), mode);
      await runSetup();
      expect((await stat(variables())).mode & 0o777).toBe(0o600);
    }
    await writeFile(variables(), before);
  },
);

test("the demonstration accounts are an administrator and a user, who can sign in", async () => {
  const accounts = await localAccounts();
  expect(accounts).toEqual([
    expect.objectContaining({ email: "ada@example.com", name: "Ada", role: "admin", email_verified: 1 }),
    expect.objectContaining({ email: "grace@example.com", name: "Grace", role: "user", email_verified: 1 }),
  ]);
  for (const { password_hash } of accounts) {
    expect(verifyPassword("correct-horse-battery-staple", String(password_hash))).toBe(true);
    expect(verifyPassword("correct-horse-battery-stapler", String(password_hash))).toBe(false);
  }
});

test("a migration that came later is applied; keys and accounts stay as they are, changed ones too", async () => {
  await query("UPDATE users SET name = 'Grace Hopper', role = 'admin' WHERE email = 'grace@example.com' RETURNING id");
  const [text, accounts] = [await readFile(variables(), "utf8"), await localAccounts()];
  await writeFile(join(checkout, "migrations/9999_later.sql"), "CREATE TABLE later (id TEXT PRIMARY KEY) STRICT;\n");
  await runSetup();
  expect(await localTables()).toEqual(expect.arrayContaining(["users", "later"]));
  expect(await readFile(variables(), "utf8")).toBe(text);
  expect(await localAccounts()).toEqual(accounts);
});

test("a migration that fails is named and leaves nothing behind; corrected, it is applied", async () => {
  const path = join(checkout, "migrations/9999_wrong.sql");
  await writeFile(path, "CREATE TABLE half (id TEXT);\nINSERT INTO missing VALUES (1);\n");
  await expect(runSetup()).rejects.toThrow(
    /migrations\/9999_wrong\.sql could not be applied: .*no such table: missing/,
  );
  expect(await localTables()).not.toContain("half");
  await writeFile(path, "CREATE TABLE half (id TEXT);\nCREATE TABLE missing (id);\n");
  expect(await runSetup()).toContain("Migrated: 9999_wrong.sql\n");
  expect(await localTables()).toEqual(expect.arrayContaining(["half", "missing"]));
});

async function publishAgain(): Promise<string> {
  const ran = await promisify(execFile)(process.execPath, ["scripts/publish-assets.ts"], { cwd: checkout });
  return ran.stdout;
}

test("set-up has published what is in public, and publishes what comes later, but nothing twice", async () => {
  expect(await publishAgain()).toBe("Assets: 0 objects stored, 0 removed.\n");
  await writeFile(join(checkout, "public/later.txt"), "later ".repeat(100));
  expect(await publishAgain()).toBe("Assets: 3 objects stored, 0 removed.\n");
  await writeFile(join(checkout, "public/latest.txt"), "latest");
  await runSetup();
  expect(await publishAgain()).toBe("Assets: 0 objects stored, 0 removed.\n");
});

const state = (...kinds: string[]) => kinds.map((kind) => `.wrangler/state${kind}`);
const toml = (change: (text: string) => string) => async () => {
  const path = join(checkout, "wrangler.toml");
  const before = await readFile(path, "utf8");
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(path, after);
};
const id = (digit: number) => `0b1e6a3c-0000-4000-8000-00000000000${digit}`;
const addLine = (after: string, line: string) => toml((text) => text.replace(`${after}\n`, `${after}\n${line}\n`));
const remove = (paths: string[]) => async () => {
  for (const path of paths) {
    await stat(join(checkout, path));
    await rm(join(checkout, path), { recursive: true });
  }
};

/** What happens to a checkout that was set up. They follow each other, so that each meets what the others leave. */
const CHANGES: Readonly<Record<string, () => Promise<void>>> = {
  "a deploy wrote the id of the database": addLine('binding = "DB"', `database_id = "${id(1)}"`),
  "a deploy wrote the id of the namespace": addLine(
    'binding = "ASSET_MANIFEST"',
    `id = "${id(2).replaceAll("-", "")}"`,
  ),
  "the bucket of the assets was renamed": toml((text) => text.replace(/"[\w-]+-assets"/, '"other-assets"')),
  "the database was renamed": toml((text) => text.replace(/database_name = ".*"/, 'database_name = "other"')),
  "the app was renamed": toml((text) =>
    text.replace(/^name = ".*"/m, 'name = "renamed"').replace('"other-assets"', '"renamed-assets"'),
  ),
  "all got ids for development": async () => {
    await addLine('binding = "DB"', `preview_database_id = "${id(3)}"`)();
    await addLine('binding = "ASSETS"', 'preview_bucket_name = "local-assets"')();
    await addLine('binding = "ASSET_MANIFEST"', 'preview_id = "local-manifest"')();
  },
  "the local databases were deleted": remove(state("/v3/d1")),
  "the local buckets were deleted": remove(state("/v3/r2")),
  "the local namespaces were deleted": remove(state("/v3/kv")),
  "all local data was deleted": remove(state("")),
  "a set-up was ended before it added accounts": async () => {
    await query("DELETE FROM users RETURNING id");
  },
  "a migration was added": () => writeFile(join(checkout, "migrations/9999_latest.sql"), "CREATE TABLE latest (id);\n"),
  "the tables were written inline": toml((text) => {
    const tables = /^\[\[kv_namespaces\]\]\n(?:.+\n)*/m;
    const inline = `kv_namespaces = [{ binding = "ASSET_MANIFEST", id = "${id(4)}" }]\n`;
    return inline + text.replace(tables, "");
  }),
};

test.each(Object.entries(CHANGES))(
  "after %s, a set-up ends in an app with tables, accounts and assets",
  async (_, change) => {
    await change();
    await runSetup();
    const { env, dispose } = await getPlatformProxy<Pick<Env, "DB" | "ASSETS" | "ASSET_MANIFEST">>({
      configPath: join(checkout, "wrangler.toml"),
      persist: { path: join(checkout, ".wrangler/state/v3") },
    });
    try {
      const { results } = await env.DB.prepare("SELECT email FROM users JOIN (SELECT count(*) FROM sessions)").run();
      expect(results).toEqual(expect.arrayContaining([{ email: "ada@example.com" }, { email: "grace@example.com" }]));
      const manifest = JSON.parse((await env.ASSET_MANIFEST.get(MANIFEST_KEY)) ?? "{}") as Manifest;
      expect(Object.keys(manifest).length).toBeGreaterThan(10);
      for (const asset of Object.values(manifest)) expect(await env.ASSETS.head(objectKeyOf(asset))).not.toBeNull();
      const migrations = (await readdir(join(checkout, "migrations"))).sort();
      const applied = await env.DB.prepare("SELECT name FROM d1_migrations ORDER BY name").all<{ name: string }>();
      expect(applied.results.map(({ name }) => name)).toEqual(migrations);
    } finally {
      await dispose();
    }
  },
);

test("set-ups at once wait for each other, and one that is killed leaves nothing that others wait for", async () => {
  await remove([".wrangler", ".dev.vars"])();
  const killed = spawn(process.execPath, ["scripts/setup.ts"], { cwd: checkout });
  await vi.waitUntil(() => existsSync(join(checkout, ".wrangler/setup-lock")), { timeout: 20_000 });
  killed.kill("SIGKILL");
  await once(killed, "exit");
  const outputs = await Promise.all([runSetup(), runSetup(), runSetup()]);
  expect(outputs.filter((output) => /Assets: [1-9]/.test(output)).length).toBeLessThan(2);
  expect(outputs.filter((output) => output.includes("Waiting for another set-up"))).toHaveLength(2);
  expect((await readFile(variables(), "utf8")).match(/TOKEN_KEYS/g)).toHaveLength(1);
  expect((await localAccounts()).map(({ email }) => email)).toEqual(["ada@example.com", "grace@example.com"]);
  expect(await publishAgain()).toBe("Assets: 0 objects stored, 0 removed.\n");
});

const ADDED = /^PUBLIC_ORIGIN=\nTOKEN_KEYS='\{"keys":\[.*\]\}'\n$/;
const written: Readonly<Record<string, readonly [text: string, added: RegExp]>> = {
  "with a variable": ["ENVIRONMENT=mine\nSECRET=kept\n", ADDED],
  "without a last line end": ["SECRET=kept\n  export ENVIRONMENT = mine", /^\nPUBLIC_ORIGIN=\nTOKEN_KEYS='\{.*\}'\n$/],
  "that only talks of the keys": ["# TOKEN_KEYS=x\nOLD_TOKEN_KEYS=x\nENVIRONMENT=mine\n", ADDED],
  "with keys of its own": ["TOKEN_KEYS=mine\n", /^ENVIRONMENT=development\nPUBLIC_ORIGIN=\n$/],
  "that has it all": ["TOKEN_KEYS=mine\nPUBLIC_ORIGIN=\nENVIRONMENT=mine", /^$/],
};
test.each(Object.entries(written))("to a file of variables %s, what is missing is added", async (_, [text, added]) => {
  await writeFile(variables(), text);
  await runSetup();
  const after = await readFile(variables(), "utf8");
  expect(after.slice(0, text.length)).toBe(text);
  expect(after.slice(text.length)).toMatch(added);
});
