/** Publishes `public` locally, or with `--remote` for the deployed Worker. Uploads only missing files. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getPlatformProxy, unstable_readConfig } from "wrangler";
import { amountOf } from "../src/limits/duration.ts";
import { versionFiles } from "./asset-versions.ts";
import { type AssetStorage, publish } from "./assets.ts";
import { readPublicFiles } from "./public-files.ts";
import { publishLocally } from "./publish-local.ts";
import { root, runWrangler } from "./wrangler.ts";

/** Publishes for the deployed Worker. @returns The version of the manifest, which the Worker needs as `ASSET_VERSION`. */
export async function publishRemotely(): Promise<string> {
  const files = await versionFiles(readPublicFiles());
  const folder = mkdtempSync(join(tmpdir(), "assets-"));
  try {
    const configPath = join(folder, "wrangler.json");
    writeFileSync(configPath, JSON.stringify(readRemoteConfig()));
    const { env, dispose } = await getPlatformProxy<AssetStorage>({ configPath, remoteBindings: true });
    try {
      const { version, stored, removed } = await publish(files, env);
      console.log(`Assets: ${amountOf(stored, "object")} stored, ${removed} removed.`);
      return version;
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

/** The part of `wrangler.toml` that assets need. */
function readRemoteConfig() {
  const { name, compatibility_date, r2_buckets, kv_namespaces } = readConfig();
  const bucket = r2_buckets.find(({ binding }) => binding === "ASSETS");
  const namespace = kv_namespaces.find(({ binding }) => binding === "ASSET_MANIFEST");
  const id = findNamespace();
  if (!id)
    throw new Error("The KV namespace of ASSET_MANIFEST does not exist yet. Run `npm run deploy`, which creates it.");
  return {
    name,
    compatibility_date,
    r2_buckets: [{ ...bucket, remote: true }],
    kv_namespaces: [{ ...namespace, id, remote: true }],
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
  if (process.argv.includes("--remote")) await publishRemotely();
  else await publishLocally();
}
