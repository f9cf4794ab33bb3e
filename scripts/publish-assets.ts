/** Publishes `public` locally, or with `--remote` for the deployed Worker, of another environment with `--env staging`. Uploads only missing files. */

import { parseArgs } from "node:util";
import { amountOf } from "../src/limits/duration.ts";
import { type AssetStorage, publish } from "./assets.ts";
import { storageOf, withBindings } from "./bindings.ts";
import { environmentConfig, listOf, PRODUCTION } from "./deploy/environment.ts";
import { ensureResources } from "./deploy/resources.ts";
import { MARK_KEY } from "./local-storage.ts";
import { readPublicFiles } from "./public-files.ts";
import type { TomlObject, TomlValue } from "./scaffold/toml-values.ts";
import { readToml, readWrangler } from "./wrangler.ts";

/** @param mark Stored beside the files at the end, as the version that the set-up compares. */
export async function publishAssets(storage: AssetStorage, mark?: string): Promise<void> {
  const { stored, removed } = await publish(readPublicFiles(), storage);
  if (mark !== undefined) {
    await storage.ASSETS.put(MARK_KEY, "", { customMetadata: { version: mark } });
    await storage.ASSET_MANIFEST.put(MARK_KEY, "", { metadata: { version: mark } });
  }
  console.log(`Assets: ${amountOf(stored, "object")} stored, ${removed} removed.`);
}

/** Publishes for a deployed Worker. @param config Has the ids of the Worker's resources. */
export function publishRemotely(config: TomlObject): Promise<void> {
  const { name, compatibility_date } = config;
  const remote = {
    name,
    compatibility_date,
    r2_buckets: remoteBindings(config.r2_buckets, "ASSETS", "preview_bucket_name"),
    kv_namespaces: remoteBindings(config.kv_namespaces, "ASSET_MANIFEST", "preview_id"),
  };
  return withBindings<AssetStorage>(remote, true, (storage) => publishAssets(storage));
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
    const toml = readToml();
    await publishRemotely(ensureResources(environmentConfig(toml, values.env ?? PRODUCTION), readWrangler));
  } else await withBindings<AssetStorage>(storageOf(readToml()), false, (storage) => publishAssets(storage));
}
