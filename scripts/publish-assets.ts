/** Publishes `public` locally, or with `--remote` for the deployed Worker. Uploads only missing files. */

import { join } from "node:path";
import { unstable_readConfig } from "wrangler";
import { amountOf } from "../src/limits/duration.ts";
import { type AssetStorage, publish } from "./assets.ts";
import { readStorageConfig, withBindings } from "./bindings.ts";
import { MARK_KEY } from "./local-storage.ts";
import { readPublicFiles } from "./public-files.ts";
import { root, runWrangler } from "./wrangler.ts";

/** @param mark Stored beside the files at the end, as the version that the set-up compares. */
export async function publishAssets(storage: AssetStorage, mark?: string): Promise<void> {
  const { stored, removed } = await publish(readPublicFiles(), storage);
  if (mark !== undefined) {
    await storage.ASSETS.put(MARK_KEY, "", { customMetadata: { version: mark } });
    await storage.ASSET_MANIFEST.put(MARK_KEY, "", { metadata: { version: mark } });
  }
  console.log(`Assets: ${amountOf(stored, "object")} stored, ${removed} removed.`);
}

/** Publishes for the deployed Worker. */
export function publishRemotely(): Promise<void> {
  return withBindings<AssetStorage>(configFor(true), true, (storage) => publishAssets(storage));
}

interface ProjectConfig {
  readonly name: string;
  readonly compatibility_date: string;
  readonly r2_buckets: readonly { readonly binding: string }[];
  readonly kv_namespaces: readonly { readonly binding: string; readonly id?: string }[];
}

function readConfig(): ProjectConfig {
  return unstable_readConfig({ config: join(root, "wrangler.toml") });
}

/** The part of `wrangler.toml` that assets need. */
function configFor(remote: boolean) {
  const { name, compatibility_date, r2_buckets, kv_namespaces } = readConfig();
  const bucket = r2_buckets.find(({ binding }) => binding === "ASSETS");
  const namespace = kv_namespaces.find(({ binding }) => binding === "ASSET_MANIFEST");
  const id = remote ? findNamespace() : namespace?.id;
  if (remote && !id)
    throw new Error("The KV namespace of ASSET_MANIFEST does not exist yet. Run `npm run deploy`, which creates it.");
  return {
    name,
    compatibility_date,
    r2_buckets: [{ ...bucket, remote }],
    kv_namespaces: [{ ...namespace, ...(id && { id }), remote }],
  };
}

/** Finds the id of the deployed Worker's namespace: in `wrangler.toml`, else by the name that a deploy gives it. */
export function findNamespace(): string | undefined {
  const { name, kv_namespaces } = readConfig();
  const given = kv_namespaces.find(({ binding }) => binding === "ASSET_MANIFEST")?.id;
  if (given) return given;
  const namespaces: { id: string; title: string }[] = JSON.parse(runWrangler(["kv", "namespace", "list"]));
  // Wrangler names the namespaces that it creates after the Worker and the binding.
  return namespaces.find(({ title }) => title === `${name}-asset-manifest`)?.id;
}

if (process.argv[1] === import.meta.filename) {
  await (process.argv.includes("--remote")
    ? publishRemotely()
    : withBindings<AssetStorage>(readStorageConfig(), false, (storage) => publishAssets(storage)));
}
