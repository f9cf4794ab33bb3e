/**
 * Migrates the database, publishes the assets and deploys the Worker. Wrangler creates missing resources, this script a
 * missing secret TOKEN_KEYS. `--dry-run` only builds, offline and without questions. Safe to run again.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { unstable_readConfig } from "wrangler";
import { decidePublicOrigin } from "./public-origin.ts";
import { findNamespace, publishRemotely } from "./publish-assets.ts";
import { createTokenKeys } from "./token-keys.ts";
import { root, runWrangler } from "./wrangler.ts";

function run(...args: string[]): void {
  runWrangler(args, { stdio: "inherit" });
}

/**
 * Lists the names of the deployed Worker's secrets; none before the first deploy. Any other failure ends the deploy,
 * because new keys created by mistake would sign all users out.
 */
function listSecrets(): string[] {
  try {
    const printed = runWrangler(["secret", "list", "--format", "json"], { stdio: ["inherit", "pipe", "pipe"] });
    return (JSON.parse(printed) as { name: string }[]).map(({ name }) => name);
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: Buffer; stderr?: Buffer };
    // Cloudflare's error code for a Worker that does not exist.
    if (`${stdout}${stderr}`.includes("10007")) return [];
    throw new Error(`The secrets could not be listed, so nothing was deployed:\n${stderr}`, { cause: error });
  }
}

async function askForOrigin(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question("The app's origin, such as https://example.com (PUBLIC_ORIGIN in wrangler.toml): ");
  } finally {
    terminal.close();
  }
}

/** Deploys with new keys and deletes their local copy. @param variables Arguments for Wrangler. */
function deployWithKeys(variables: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  try {
    const file = join(folder, "secrets.json");
    writeFileSync(file, JSON.stringify({ TOKEN_KEYS: createTokenKeys() }), { mode: 0o600 });
    run("deploy", "--secrets-file", file, ...variables);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function deploy(origin: string): Promise<void> {
  const variables = ["--var", `PUBLIC_ORIGIN:${origin}`];
  // A deploy creates the database, the buckets and the namespace if they are missing.
  if (!listSecrets().includes("TOKEN_KEYS")) deployWithKeys(variables);
  else if (!findNamespace()) run("deploy", ...variables);
  // The new Worker comes last: until then, the running one needs the tables and files that it knows.
  run("d1", "migrations", "apply", "DB", "--remote");
  const version = await publishRemotely();
  run("deploy", ...variables, "--var", `ASSET_VERSION:${version}`);
}

/** Decides the origin, before anything is changed. Without one, prints the reason in one line. */
async function findOrigin(): Promise<string | undefined> {
  const isInteractive = process.stdin.isTTY && process.stdout.isTTY;
  try {
    const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
    return await decidePublicOrigin(config, isInteractive ? askForOrigin : null);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return undefined;
  }
}

if (process.argv.includes("--dry-run")) run("deploy", "--dry-run");
else {
  const origin = await findOrigin();
  if (origin === undefined) process.exitCode = 1;
  else await deploy(origin);
}
