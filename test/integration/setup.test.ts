/** The set-up script in a fresh checkout, test after test: what it makes, what it leaves alone. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
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

async function runSetup(env: NodeJS.ProcessEnv = {}): Promise<void> {
  await promisify(execFile)(process.execPath, ["scripts/setup.ts"], { cwd: checkout, env: { ...process.env, ...env } });
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
  expect(await localTables()).toEqual(expect.arrayContaining(["notes", "users", "sessions"]));

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
  expect(await localTables()).toEqual(expect.arrayContaining(["notes", "later"]));
  expect(await readFile(variables(), "utf8")).toBe(text);
  expect(await localAccounts()).toEqual(accounts);
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

test("with other names and ids in wrangler.toml, the local database and assets are made under these", async () => {
  const config = join(checkout, "wrangler.toml");
  const before = (await query("SELECT count(*) AS accounts FROM users")).length;
  const renamed = (await readFile(config, "utf8"))
    .replace(/bucket_name = ".*-assets"/, 'bucket_name = "my-app-assets"')
    .replace(/(?<=binding = "DB"\n)/, 'database_id = "0b1e6a3c-0000-4000-8000-000000000000"\n');
  await writeFile(config, renamed);
  await runSetup();
  expect(await publishAgain()).toBe("Assets: 0 objects stored, 0 removed.\n");
  expect(await query("SELECT count(*) AS accounts FROM users")).toHaveLength(before + 1);
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
