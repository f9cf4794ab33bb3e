/**
 * Migrates the database, publishes the assets, deploys the Worker. Makes what is missing: wrangler the resources, this
 * script the secret TOKEN_KEYS. `--dry-run` only builds, offline, and asks nothing. Safe to run again.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { unstable_readConfig } from "wrangler";
import { decidePublicOrigin } from "./public-origin.ts";
import { findNamespace, publishAssets } from "./publish-assets.ts";
import { createTokenKeys } from "./token-keys.ts";
import { root, runWrangler } from "./wrangler.ts";

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

async function askForOrigin(): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return await terminal.question("The app's origin, such as https://example.com (PUBLIC_ORIGIN in wrangler.toml): ");
  } finally {
    terminal.close();
  }
}

/** Deploys with new keys, which exist nowhere else afterwards. @param variables Arguments for Wrangler. */
function deployWithKeys(variables: readonly string[]): void {
  const folder = mkdtempSync(join(tmpdir(), "candor-secrets-"));
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
  // A deploy makes the database, the buckets and the namespace where they are missing.
  if (!listSecrets().includes("TOKEN_KEYS")) deployWithKeys(variables);
  else if (!findNamespace()) run("deploy", ...variables);
  // The Worker comes last: what runs until then goes on with the tables and files it knows.
  run("d1", "migrations", "apply", "DB", "--remote");
  await publishAssets(true);
  run("deploy", ...variables);
}

/** Before anything is changed. Says in one line why there is none. */
async function findOrigin(): Promise<string | undefined> {
  const isAnswered = process.stdin.isTTY && process.stdout.isTTY;
  try {
    const config = unstable_readConfig({ config: join(root, "wrangler.toml") });
    return await decidePublicOrigin(config, isAnswered ? askForOrigin : null);
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
