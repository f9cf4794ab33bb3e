/**
 * Prepares a checkout to run: creates local variables and secrets, migrates the local database, adds demonstration
 * accounts, and publishes the files of `public` locally. Runs after an install and before the Worker starts, so it is
 * fast if there is nothing to do, and safe to run again. It decides by what the local storage contains under the names
 * and ids of `wrangler.toml`, so that neither a rename nor a deleted folder leaves the app without tables or assets.
 */
import { createHash } from "node:crypto";
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AssetStorage } from "./assets.ts";
import { type LocalIds, localIdsOf, readDatabase, readMarks } from "./local-storage.ts";
import { withLock } from "./process-lock.ts";
import { readPublicFiles } from "./public-files.ts";
import { createTokenKeys } from "./token-keys.ts";
import { readToml, root } from "./wrangler.ts";

const variables = join(root, ".dev.vars");
const migrations = join(root, "migrations");

interface LocalBindings extends AssetStorage {
  readonly DB: D1Database;
}

type Variable = readonly [name: string, create: () => string];

const VARIABLES: readonly Variable[] = [
  ["ENVIRONMENT", () => "development"],
  // A fork sets its own origin in `wrangler.toml`, but links in local e-mails must not lead there.
  ["PUBLIC_ORIGIN", () => ""],
  ["TOKEN_KEYS", () => `'${createTokenKeys()}'`],
];

function readVariables(): string {
  return existsSync(variables) ? readFileSync(variables, "utf8") : "";
}

function findMissingVariables(text: string): readonly Variable[] {
  return VARIABLES.filter(([name]) => !new RegExp(`^\\s*(export\\s+)?${name}\\s*=`, "m").test(text));
}

/**
 * Adds missing variables to `.dev.vars`, which Wrangler reads in development only. Restricts the file to its owner,
 * because it contains a secret and an editor may have created it with a less strict mode.
 */
function writeVariables(): void {
  const before = readVariables();
  const missing = findMissingVariables(before);
  if (missing.length === 0) return;
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  writeFileSync(variables, before + gap + missing.map(([name, create]) => `${name}=${create()}\n`).join(""), {
    mode: 0o600,
  });
}

/** The migrations that a database lacks. */
function findMissingMigrations(applied: readonly string[]): readonly string[] {
  return readdirSync(migrations)
    .filter((name) => name.endsWith(".sql") && !applied.includes(name))
    .sort();
}

function needsMigration(ids: LocalIds): boolean {
  const { applied, hasUsers } = readDatabase(ids);
  return !hasUsers || findMissingMigrations(applied).length > 0;
}

/** Whether the bucket or the namespace lacks this version of the files. */
function needsPublication(ids: LocalIds): boolean {
  const version = versionOfAssets();
  return readMarks(ids).some((mark) => mark !== version);
}

/** A hash of the files of `public` and of the code that publishes them. */
function versionOfAssets(): string {
  const hash = createHash("sha256");
  const code = ["scripts", "src/assets"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".ts"))
      .sort()
      .map((name) => ({ path: `${folder}/${name}`, bytes: readFileSync(join(root, folder, name)) })),
  );
  for (const { path, bytes } of [...readPublicFiles(), ...code])
    hash.update(`${path}\0${bytes.byteLength}\0`).update(bytes);
  return hash.digest("hex");
}

function isReady(ids: LocalIds): boolean {
  return findMissingVariables(readVariables()).length === 0 && !needsMigration(ids) && !needsPublication(ids);
}

/** Imports Miniflare and Wrangler only if they have something to do, because that is slow. */
async function setUp(): Promise<void> {
  writeVariables();
  // Read once: if the file is saved meanwhile, another set-up follows.
  const ids = localIdsOf(readToml());
  if (!needsMigration(ids) && !needsPublication(ids)) return;
  const { withLocalBindings } = await import("./local-bindings.ts");
  const storage = {
    databases: { DB: ids.database },
    buckets: { ASSETS: ids.bucket },
    namespaces: { ASSET_MANIFEST: ids.namespace },
  };
  await withLocalBindings<LocalBindings>(storage, async (bindings) => {
    if (needsMigration(ids)) {
      const { migrateLocally } = await import("./migrate-locally.ts");
      await migrateLocally(bindings.DB, findMissingMigrations(readDatabase(ids).applied), ids.migrationsTable);
    }
    if (needsPublication(ids)) {
      const { publishTo } = await import("./publish-local.ts");
      await publishTo(bindings, versionOfAssets());
    }
  });
}

// A deploy runs the build as well, but needs no local data.
if ((process.env.WRANGLER_COMMAND ?? "dev") === "dev") {
  if (existsSync(variables)) chmodSync(variables, 0o600);
  const onWait = () => console.log("Waiting for another set-up of this checkout.");
  if (!isReady(localIdsOf(readToml()))) await withLock(join(root, ".wrangler/setup-lock"), setUp, onWait);
}
