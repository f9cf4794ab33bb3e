/** Publishes `public`: locally, or with `--remote` for the deployed Worker. What is there already is not uploaded again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getPlatformProxy, unstable_readConfig } from "wrangler";
import { type AssetStorage, publish } from "./assets.ts";
import { readPublicFiles } from "./public-files.ts";
import { root, runWrangler } from "./wrangler.ts";

/** @param remote Whether to publish for the deployed Worker; else for development. */
export async function publishAssets(remote: boolean): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "candor-assets-"));
  try {
    const configPath = join(folder, "wrangler.json");
    writeFileSync(configPath, JSON.stringify(configFor(remote)));
    const persist = { path: join(root, ".wrangler/state/v3") };
    const { env, dispose } = await getPlatformProxy<AssetStorage>({ configPath, persist, remoteBindings: remote });
    try {
      const { stored, removed } = await publish(readPublicFiles(), env);
      console.log(`Assets: ${stored} objects stored, ${removed} removed.`);
    } finally {
      await dispose();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
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

/** Of `wrangler.toml` only what assets are kept in: the rest is none of this script's business. */
function configFor(remote: boolean) {
  const { name, compatibility_date, r2_buckets, kv_namespaces } = readConfig();
  const bucket = r2_buckets.find(({ binding }) => binding === "ASSETS");
  const namespace = kv_namespaces.find(({ binding }) => binding === "ASSET_MANIFEST");
  const id = remote ? findNamespace() : namespace?.id;
  if (remote && !id) throw new Error("There is no KV namespace for ASSET_MANIFEST yet: `npm run deploy` makes it.");
  return {
    name,
    compatibility_date,
    r2_buckets: [{ ...bucket, remote }],
    kv_namespaces: [{ ...namespace, ...(id && { id }), remote }],
  };
}

/** The id of the deployed Worker's namespace: from `wrangler.toml`, else of the one that a deploy has made. */
export function findNamespace(): string | undefined {
  const { name, kv_namespaces } = readConfig();
  const given = kv_namespaces.find(({ binding }) => binding === "ASSET_MANIFEST")?.id;
  if (given) return given;
  const namespaces: { id: string; title: string }[] = JSON.parse(runWrangler(["kv", "namespace", "list"]));
  // So Wrangler names what it makes: after the Worker and the binding.
  return namespaces.find(({ title }) => title === `${name}-asset-manifest`)?.id;
}

if (process.argv[1] === import.meta.filename) await publishAssets(process.argv.includes("--remote"));
