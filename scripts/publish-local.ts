/** Publishes `public` for development. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { amountOf } from "../src/limits/duration.ts";
import { versionFiles } from "./asset-versions.ts";
import { type AssetStorage, publish } from "./assets.ts";
import { withLocalBindings } from "./local-bindings.ts";
import { readPublicFiles } from "./public-files.ts";
import { listTables } from "./scaffold/edit-toml.ts";
import { root } from "./wrangler.ts";

export async function publishLocally(): Promise<void> {
  const files = await versionFiles(readPublicFiles());
  const ids = {
    buckets: { ASSETS: idOf("ASSETS", "r2_buckets", ["preview_bucket_name", "bucket_name"]) },
    namespaces: { ASSET_MANIFEST: idOf("ASSET_MANIFEST", "kv_namespaces", ["preview_id", "id"]) },
  };
  await withLocalBindings<AssetStorage>(ids, async (storage) => {
    const { stored, removed } = await publish(files, storage);
    console.log(`Assets: ${amountOf(stored, "object")} stored, ${removed} removed.`);
  });
}

/** The id under which Wrangler stores the data of a binding locally: the first of the keys that it has, else its name. */
function idOf(binding: string, kind: string, keys: readonly string[]): string {
  const tables = listTables(readFileSync(join(root, "wrangler.toml"), "utf8"));
  const strings = tables.find(({ path, strings }) => path.join(".") === kind && strings.binding === binding)?.strings;
  return keys.map((key) => strings?.[key]).find((id) => id !== undefined) ?? binding;
}
