/**
 * Migrates the database, publishes the assets, deploys the Worker. Makes what is missing: wrangler the resources, this
 * script the secret TOKEN_KEYS. `--dry-run` only builds, offline. Safe to run again.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNamespace, publishAssets } from "./publish-assets.ts";
import { createTokenKeys } from "./token-keys.ts";
import { runWrangler } from "./wrangler.ts";

function run(...args: string[]): void {
  runWrangler(args, { stdio: "inherit" });
}

/**
 * The names of the deployed Worker's secrets; none before the first deploy. Any other failure ends the deploy:
 * keys made anew by mistake would sign everybody out.
 */
function listSecrets(): string[] {
  try {
    const printed = runWrangler(["secret", "list", "--format", "json"], { stdio: ["inherit", "pipe", "pipe"] });
    return (JSON.parse(printed) as { name: string }[]).map(({ name }) => name);
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    // Cloudflare's code for a Worker that does not exist.
    if (`${stdout}${stderr}`.includes("10007")) return [];
    throw new Error(`The secrets could not be listed, so nothing was deployed:\n${stderr}`, { cause: error });
  }
}

/** Deploys with new keys, which exist nowhere else afterwards. */
function deployWithKeys(): void {
  const folder = mkdtempSync(join(tmpdir(), "candor-secrets-"));
  try {
    const file = join(folder, "secrets.json");
    writeFileSync(file, JSON.stringify({ TOKEN_KEYS: createTokenKeys() }), { mode: 0o600 });
    run("deploy", "--secrets-file", file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv.includes("--dry-run")) run("deploy", "--dry-run");
else {
  // A deploy makes the database, the buckets and the namespace where they are missing.
  if (!listSecrets().includes("TOKEN_KEYS")) deployWithKeys();
  else if (!findNamespace()) run("deploy");
  // The Worker comes last: what runs until then goes on with the tables and files it knows.
  run("d1", "migrations", "apply", "DB", "--remote");
  await publishAssets(true);
  run("deploy");
}
