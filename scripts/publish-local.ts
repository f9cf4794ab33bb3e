/** Publishes `public` for development. */
import { amountOf } from "../src/limits/duration.ts";
import { versionFiles } from "./asset-versions.ts";
import { type AssetStorage, publish } from "./assets.ts";
import { withLocalBindings } from "./local-bindings.ts";
import { localIdsOf, MARK_KEY } from "./local-storage.ts";
import { readPublicFiles } from "./public-files.ts";
import { readToml } from "./wrangler.ts";

/**
 * Publishes the files of `public` to a bucket and a namespace.
 *
 * @param mark Stored beside the files at the end, as the version that the set-up compares.
 * @returns The version of the manifest, which a deployed Worker needs as `ASSET_VERSION`.
 */
export async function publishTo(storage: AssetStorage, mark?: string): Promise<string> {
  const { version, stored, removed } = await publish(await versionFiles(readPublicFiles()), storage);
  if (mark !== undefined) {
    await storage.ASSETS.put(MARK_KEY, "", { customMetadata: { version: mark } });
    await storage.ASSET_MANIFEST.put(MARK_KEY, "", { metadata: { version: mark } });
  }
  console.log(`Assets: ${amountOf(stored, "object")} stored, ${removed} removed.`);
  return version;
}

export async function publishLocally(): Promise<void> {
  const { bucket, namespace } = localIdsOf(readToml());
  const ids = { buckets: { ASSETS: bucket }, namespaces: { ASSET_MANIFEST: namespace } };
  await withLocalBindings<AssetStorage>(ids, async (storage) => void (await publishTo(storage)));
}
