/**
 * Prepares a checkout to run: creates local variables and secrets, migrates the local database, adds demonstration
 * accounts, and publishes the files of `public` locally. Runs after an install and before the Worker starts, so it is
 * fast if there is nothing to do, and safe to run again.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import { hashPassword } from "../src/identity/passwords/password-hash.ts";
import { foldUser } from "../src/identity/users/users.ts";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "../src/web/pages/demo-data.ts";
import { readPublicFiles } from "./public-files.ts";
import { listTables } from "./scaffold/edit-toml.ts";
import { createTokenKeys } from "./token-keys.ts";
import { root, runWrangler } from "./wrangler.ts";

const variables = join(root, ".dev.vars");
const migrations = join(root, "migrations");
const state = join(root, ".wrangler/state");

/**
 * Adds missing variables to `.dev.vars`, which Wrangler reads in development only. Restricts the file to its owner,
 * because it contains a secret and an editor may have created it with a less strict mode.
 */
function writeVariables(): void {
  const before = existsSync(variables) ? readFileSync(variables, "utf8") : "";
  const missing = [
    ["ENVIRONMENT", () => "development"],
    // A fork sets its own origin in `wrangler.toml`, but links in local e-mails must not lead there.
    ["PUBLIC_ORIGIN", () => ""],
    ["TOKEN_KEYS", () => `'${createTokenKeys()}'`],
  ].filter(([name]) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(before)) as [string, () => string][];
  if (existsSync(variables)) chmodSync(variables, 0o600);
  if (missing.length === 0) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  writeFileSync(variables, before + gap + missing.map(([name, create]) => `${name}=${create()}\n`).join(""), {
    mode: 0o600,
  });
}

/**
 * Runs the work unless it has already run for this version. The version is recorded beside the local state, so that
 * deleting the state deletes the record, too.
 */
async function once(name: string, version: string, work: () => void | Promise<void>): Promise<void> {
  const stamp = join(state, name);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === version) return;
  await work();
  mkdirSync(state, { recursive: true });
  writeFileSync(stamp, version);
}

/** Applies new migrations and adds the demonstration accounts. */
function migrate(): void {
  const env = { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" };
  runWrangler(["d1", "migrations", "apply", "DB", "--local"], { env });
  runWrangler(["d1", "execute", "DB", "--local", "--command", DEMO_ACCOUNTS.map(insertAccount).join("\n")], { env });
}

/** The SQL that inserts an account with a verified address, unless the address is taken. */
function insertAccount({ email, name, role }: (typeof DEMO_ACCOUNTS)[number]): string {
  const [id, hash, folded, createdAt] = [
    uuidv7(),
    hashPassword(DEMO_PASSWORD),
    foldUser(email, name),
    new Date().toISOString(),
  ];
  const values = [id, email, name, role, hash, folded, createdAt].map((value) => `'${value}'`).join(", ");
  return `INSERT INTO users (id, email, name, role, password_hash, folded, created_at, email_verified) VALUES (${values}, 1) ON CONFLICT (email) DO NOTHING;`;
}

/** Imports Miniflare only if there is something to publish, because that is slow. */
async function publish(): Promise<void> {
  const { publishLocally } = await import("./publish-local.ts");
  await publishLocally();
}

function hashFiles(files: readonly { readonly path: string; readonly bytes: Uint8Array }[]): string {
  const hash = createHash("sha256");
  for (const { path, bytes } of files) hash.update(`${path}\0${bytes.byteLength}\0`).update(bytes);
  return hash.digest("hex");
}

function readMigrations() {
  const names = readdirSync(migrations).sort();
  return names.map((path) => ({ path, bytes: readFileSync(join(migrations, path)) }));
}

/** The names and ids under which local data is stored: if they change, there is no data yet. */
function identityOf(...kinds: readonly string[]): string {
  const tables = listTables(readFileSync(join(root, "wrangler.toml"), "utf8"));
  return JSON.stringify(tables.filter(({ path }) => kinds.includes(path.join("."))));
}

// A deploy runs the build as well, but needs no local data.
if (process.env.WRANGLER_COMMAND !== "deploy") {
  writeVariables();
  await once("migrated", hashFiles(readMigrations()) + identityOf("d1_databases"), migrate);
  await once("published", hashFiles(readPublicFiles()) + identityOf("r2_buckets", "kv_namespaces"), publish);
}
