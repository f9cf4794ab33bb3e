/**
 * Publishes `public` locally, or with `--remote` for the deployed Worker, of another environment with `--env staging`.
 * Uploads only missing files.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { getPlatformProxy } from "wrangler";
import type { AssetStorage } from "./assets.ts";
import { environmentConfig, listOf, PRODUCTION } from "./deploy/environment.ts";
import { ensureResources } from "./deploy/resources.ts";
import { publishLocally, publishTo } from "./publish-local.ts";
import type { TomlObject, TomlValue } from "./scaffold/toml-values.ts";
import { readToml, readWrangler } from "./wrangler.ts";

/**
 * Publishes for a deployed Worker.
 *
 * @param config Has the ids of the Worker's resources.
 * @returns The version of the manifest, which the Worker needs as `ASSET_VERSION`.
 */
export async function publishRemotely(config: TomlObject): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "assets-"));
  try {
    const configPath = join(folder, "wrangler.json");
    writeFileSync(configPath, JSON.stringify(remoteConfig(config)));
    const { env, dispose } = await getPlatformProxy<AssetStorage>({ configPath, remoteBindings: true });
    try {
      return await publishTo(env);
    } finally {
      await dispose();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The part of a configuration that assets need. */
function remoteConfig({ name, compatibility_date, r2_buckets, kv_namespaces }: TomlObject) {
  return {
    name,
    compatibility_date,
    r2_buckets: remoteBindings(r2_buckets, "ASSETS", "preview_bucket_name"),
    kv_namespaces: remoteBindings(kv_namespaces, "ASSET_MANIFEST", "preview_id"),
  };
}

/** Without the id for development, which Wrangler would prefer. */
function remoteBindings(bindings: TomlValue | undefined, name: string, developmentId: string): TomlValue {
  return listOf(bindings)
    .filter(({ binding }) => binding === name)
    .map(({ [developmentId]: _, ...entry }) => ({ ...entry, remote: true }));
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { remote: { type: "boolean" }, env: { type: "string" } } });
  if (values.remote) {
    await publishRemotely(ensureResources(environmentConfig(readToml(), values.env ?? PRODUCTION), readWrangler));
    console.log("Pages use the published files from the next deploy on (npm run deploy).");
  } else await publishLocally();
}
