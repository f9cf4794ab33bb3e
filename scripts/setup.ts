/**
 * Makes a checkout ready to run: local variables and secrets, the local database brought up to date, with accounts to
 * try it with, and the files of `public` published locally. Runs after an install and before the Worker starts, so it
 * is quick where there is nothing to do, and safe to run again.
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
 * Wrangler reads this file in development only; a deploy keeps what `wrangler.toml` says. What is there stays, but only
 * its owner may read it: it holds a secret, and an editor or a copy may have made it with a looser mode.
 */
function writeVariables(): void {
  const before = existsSync(variables) ? readFileSync(variables, "utf8") : "";
  const missing = [
    ["ENVIRONMENT", () => "development"],
    // A fork sets its own origin in `wrangler.toml`: links in local mails must not lead there.
    ["PUBLIC_ORIGIN", () => ""],
    ["TOKEN_KEYS", () => `'${createTokenKeys()}'`],
  ].filter(([name]) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(before)) as [string, () => string][];
  if (existsSync(variables)) chmodSync(variables, 0o600);
  if (missing.length === 0) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  writeFileSync(variables, before + gap + missing.map(([name, make]) => `${name}=${make()}\n`).join(""), {
    mode: 0o600,
  });
}

/**
 * Does what has not been done for this version yet. The note of it lies beside what it was done to, so that both
 * go together.
 */
async function once(name: string, version: string, work: () => void | Promise<void>): Promise<void> {
  const stamp = join(state, name);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === version) return;
  await work();
  mkdirSync(state, { recursive: true });
  writeFileSync(stamp, version);
}

/** Applies what is new in `migrations`. */
function migrate(): void {
  const env = { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" };
  runWrangler(["d1", "migrations", "apply", "DB", "--local"], { env });
  runWrangler(["d1", "execute", "DB", "--local", "--command", DEMO_ACCOUNTS.map(insertAccount).join("\n")], { env });
}

/** An account with its address proved; none where there is one with this address. */
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

/** Loaded only where there is something to publish: Wrangler takes a while. */
async function publish(): Promise<void> {
  const { publishAssets } = await import("./publish-assets.ts");
  await publishAssets(false);
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

/** Local data is stored under the names and ids of `wrangler.toml`: under others there is none yet. */
function identityOf(...kinds: readonly string[]): string {
  const tables = listTables(readFileSync(join(root, "wrangler.toml"), "utf8"));
  return JSON.stringify(tables.filter(({ path }) => kinds.includes(path.join("."))));
}

// A deploy builds too, and has no use for local data.
if (process.env.WRANGLER_COMMAND !== "deploy") {
  writeVariables();
  await once("migrated", hashFiles(readMigrations()) + identityOf("d1_databases"), migrate);
  await once("published", hashFiles(readPublicFiles()) + identityOf("r2_buckets", "kv_namespaces"), publish);
}
