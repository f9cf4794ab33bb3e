/** Opens bindings of the project in this process, local ones or those of a deployed Worker. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getPlatformProxy } from "wrangler";
import type { TomlObject, TomlValue } from "./scaffold/toml-values.ts";
import { root } from "./wrangler.ts";

/** The part of a configuration that has stored data. */
export interface StorageConfig {
  readonly name?: TomlValue | undefined;
  readonly compatibility_date?: TomlValue | undefined;
  readonly d1_databases?: TomlValue | undefined;
  readonly r2_buckets?: TomlValue | undefined;
  readonly kv_namespaces?: TomlValue | undefined;
}

/** The databases, buckets and namespaces of a configuration. Object classes would be missing in this process. */
export function storageOf(config: TomlObject): StorageConfig {
  const { name, compatibility_date, d1_databases, r2_buckets, kv_namespaces } = config;
  return { name, compatibility_date, d1_databases, r2_buckets, kv_namespaces };
}

/**
 * Runs work with the bindings of a configuration.
 *
 * @param remote Whether bindings with `remote: true` reach Cloudflare. All others are local.
 */
export async function withBindings<TBindings extends object>(
  config: StorageConfig,
  remote: boolean,
  work: (bindings: TBindings) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "bindings-"));
  try {
    const configPath = join(folder, "wrangler.json");
    writeFileSync(configPath, JSON.stringify(config));
    const persist = { path: join(root, ".wrangler/state/v3") };
    const { env, dispose } = await getPlatformProxy<TBindings>({ configPath, persist, remoteBindings: remote });
    try {
      await work(env);
    } finally {
      await dispose();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}
