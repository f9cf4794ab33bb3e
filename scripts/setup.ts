/**
 * Makes a checkout ready to run: local variables, and the local database brought up to date. Runs
 * after an install and before the Worker starts, so it is quick where there is nothing to do, and
 * safe to run again.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const root = join(import.meta.dirname, "..");
const variables = join(root, ".dev.vars");
const migrations = join(root, "migrations");
const stamp = join(root, ".wrangler/state/migrated");

/** Wrangler reads this file in development only; a deploy keeps what `wrangler.toml` says. */
function writeVariables(): void {
  if (!existsSync(variables)) writeFileSync(variables, "ENVIRONMENT=development\n");
}

/** Applies what is new in `migrations`. The stamp lies beside the database, so that both go together. */
function migrate(): void {
  const version = hashMigrations();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === version) return;
  const wrangler = join(dirname(createRequire(import.meta.url).resolve("wrangler/package.json")), "bin/wrangler.js");
  const env = { ...process.env, CI: "true", WRANGLER_SEND_METRICS: "false" };
  execFileSync(process.execPath, [wrangler, "d1", "migrations", "apply", "DB", "--local"], { cwd: root, env });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, version);
}

function hashMigrations(): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(migrations).sort()) hash.update(name).update(readFileSync(join(migrations, name)));
  return hash.digest("hex");
}

// A deploy builds too, and has no use for a local database.
if (process.env.WRANGLER_COMMAND !== "deploy") {
  writeVariables();
  migrate();
}
