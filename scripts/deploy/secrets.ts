/** The secrets of a deployed Worker. Their values are passed in a file, never as arguments or through the terminal. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TomlObject } from "../scaffold/toml-values.ts";
import { createTokenKeys } from "../token-keys.ts";
import { tableOf } from "./environment.ts";
import type { ReadWrangler } from "./resources.ts";

/** Secrets that the deploy itself can create. */
const CREATED: Readonly<Record<string, () => string>> = { TOKEN_KEYS: createTokenKeys };

export function requiredSecrets(config: TomlObject): readonly string[] {
  const { required } = tableOf(config.secrets);
  return Array.isArray(required) ? required.map(String) : [];
}

/**
 * Lists the names of the deployed Worker's secrets; none before the first deploy. Any other failure ends the deploy,
 * because new keys created by mistake would sign all users out.
 */
export function listSecrets(name: string, read: ReadWrangler): readonly string[] {
  try {
    const all: readonly { name: string }[] = JSON.parse(read(["secret", "list", "--format", "json", "--name", name]));
    return all.map((secret) => secret.name);
  } catch (error) {
    // Cloudflare's code for a Worker that does not exist.
    if (error instanceof Error && /\b10007\b/.test(error.message)) return [];
    const text = error instanceof Error ? error.message : String(error);
    const hint = text.includes("CLOUDFLARE_API_TOKEN") ? " Log in first: npx wrangler login." : "";
    throw new Error(`The secrets could not be listed, so nothing was changed.${hint}\n${text}`, { cause: error });
  }
}

/**
 * Finds values for the missing secrets: created, or from environment variables of the same names.
 *
 * @throws Error that names the secrets without a value.
 */
export function findSecrets(
  missing: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const found = missing.flatMap((name) => {
    const value = env[name] ?? CREATED[name]?.();
    return value ? [[name, value] as const] : [];
  });
  const values = Object.fromEntries(found);
  const unknown = missing.filter((name) => !(name in values));
  if (unknown.length === 0) return values;
  throw new Error(
    `Nothing was changed: the Worker lacks ${unknown.join(", ")}. Put each value into an environment variable of the same name, and run the command again.`,
  );
}

/** Runs work with a file of the secrets that only its owner can read, and deletes it. @param work Gets its path. */
export function withSecretsFile(secrets: Readonly<Record<string, string>>, work: (path: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "secrets-"));
  try {
    const path = join(folder, "secrets.json");
    writeFileSync(path, JSON.stringify(secrets), { mode: 0o600 });
    work(path);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
