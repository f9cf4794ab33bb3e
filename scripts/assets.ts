/** Publishes files: manifests in KV, and bytes in R2 that are stored once for each content and encoding. */
import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import mime from "mime";
import {
  type Asset,
  type Encoding,
  MANIFEST_KEY,
  type Manifest,
  manifestKeyOf,
  objectKeyOf,
  versionedPath,
} from "../src/assets/manifest.ts";
import type { VersionedFile } from "./asset-versions.ts";

/** The bindings to which assets are published, local or remote. */
export interface AssetStorage {
  readonly ASSETS: R2Bucket;
  readonly ASSET_MANIFEST: KVNamespace;
}

/** A copy of the manifest in R2, because KV may return an outdated value for a minute after a write. */
const RECORD_KEY = "manifest";

/** A replaced version is kept for this time, for pages that still refer to it. */
const RETIRED_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;
const RETENTION_S = RETIRED_RETENTION_MS / 1000;

/** An object without a reference is kept for this time, since a concurrent publication may be about to refer to it. */
const UNREFERENCED_RETENTION_MS = 24 * 60 * 60 * 1000;

/** The result of a publication. */
export interface Publication {
  /** The version of the manifest, for the variable `ASSET_VERSION` of the Worker that is deployed with it. */
  readonly version: string;
  /** Objects. */
  readonly stored: number;
  readonly removed: number;
}

/**
 * Publishes the files: stores missing objects, then updates the manifest, then removes unreferenced objects. Safe to
 * run again, even after a failure at any point. Writes nothing if nothing has changed.
 */
export async function publish(
  files: readonly VersionedFile[],
  { ASSETS, ASSET_MANIFEST }: AssetStorage,
): Promise<Publication> {
  const record = await ASSETS.get(RECORD_KEY);
  const recorded = (await record?.text()) ?? "{}";
  const before: Manifest = JSON.parse(recorded);
  const objects = await listObjects(ASSETS);
  const current = new Map<string, Asset>();
  const missing = new Map<string, Uint8Array>();
  for (const file of files) {
    const { asset, bodies } = prepare(file, before, objects);
    for (const [key, body] of bodies) if (!objects.has(key)) missing.set(key, body);
    current.set(file.path, asset);
    current.set(versionedPath(file.path, asset), { ...asset, isImmutable: true });
  }
  const after = { ...retire(before, current), ...Object.fromEntries(current) };
  for (const [key, body] of missing) await ASSETS.put(key, body);
  const manifest = JSON.stringify(after);
  const version = versionOf(manifest);
  if (manifest !== recorded || (await isMissing(ASSET_MANIFEST, version))) {
    await ASSET_MANIFEST.put(manifestKeyOf(version), manifest);
    await ASSET_MANIFEST.put(MANIFEST_KEY, manifest);
    // A Worker that was deployed with the previous version may be running, or be rolled back to.
    if (manifest !== recorded && record)
      await ASSET_MANIFEST.put(manifestKeyOf(versionOf(recorded)), recorded, { expirationTtl: RETENTION_S });
    await ASSETS.put(RECORD_KEY, manifest);
  }
  const referenced = new Set(Object.values(after).flatMap(keysOf));
  const unreferenced = [...objects].filter(
    ([key, storedAt]) => !referenced.has(key) && Date.now() - storedAt > UNREFERENCED_RETENTION_MS,
  );
  if (unreferenced.length > 0) await ASSETS.delete(unreferenced.map(([key]) => key));
  return { version, stored: missing.size, removed: unreferenced.length };
}

function versionOf(manifest: string): string {
  return createHash("sha256").update(manifest).digest("hex").slice(0, 16);
}

async function isMissing(kv: KVNamespace, version: string): Promise<boolean> {
  const keys = [MANIFEST_KEY, manifestKeyOf(version)];
  return (await Promise.all(keys.map((key) => kv.get(key)))).includes(null);
}

/** Lists the time of each object's upload, in milliseconds since the epoch, by key. */
async function listObjects(bucket: R2Bucket): Promise<ReadonlyMap<string, number>> {
  const found = new Map<string, number>();
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: "assets/", ...(cursor && { cursor }) });
    for (const { key, uploaded } of page.objects) found.set(key, uploaded.getTime());
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor);
  return found;
}

/** @returns The manifest's entry for the file, and the objects that may be missing: none if all are stored. */
function prepare(
  { path, bytes, version, modules }: VersionedFile,
  before: Manifest,
  objects: ReadonlyMap<string, number>,
): { asset: Asset; bodies: ReadonlyMap<string, Uint8Array> } {
  const hash = createHash("sha256").update(bytes).digest("hex");
  const base = {
    hash,
    version,
    type: typeOf(path),
    size: bytes.byteLength,
    isImmutable: false,
    ...(modules.length > 0 && { modules }),
  };
  const known = Object.values(before).find((asset) => asset.hash === hash && asset.type === base.type);
  if (known && keysOf(known).every((key) => objects.has(key)))
    return { asset: { ...base, encodings: known.encodings }, bodies: new Map() };
  const compressed = compress(base.type, bytes);
  const encodings = Object.fromEntries(compressed.map(([encoding, body]) => [encoding, body.byteLength]));
  const bodies = compressed.map(([encoding, body]) => [objectKeyOf(base, encoding), body] as const);
  return { asset: { ...base, encodings }, bodies: new Map([[objectKeyOf(base), bytes], ...bodies]) };
}

/** The replaced versions that pages may still refer to. */
function retire(before: Manifest, current: ReadonlyMap<string, Asset>): Manifest {
  const now = Date.now();
  const replaced = Object.entries(before)
    .filter(([path, { isImmutable }]) => isImmutable && !current.has(path))
    .map(([path, asset]) => [path, { ...asset, retiredAt: asset.retiredAt ?? now }] as const)
    .filter(([, { retiredAt }]) => now - retiredAt < RETIRED_RETENTION_MS);
  return Object.fromEntries(replaced);
}

function keysOf(asset: Asset): string[] {
  const encodings = Object.keys(asset.encodings) as Encoding[];
  return [objectKeyOf(asset), ...encodings.map((encoding) => objectKeyOf(asset, encoding))];
}

function typeOf(path: string): string {
  const type = mime.getType(path) ?? "application/octet-stream";
  return /^text\/|javascript|json/.test(type) ? `${type}; charset=utf-8` : type;
}

/** Media types that are not compressed already. */
const COMPRESSIBLE = /^text\/|javascript|json|xml|wasm|font\/(ttf|otf)|icon/;

/** Compresses only if that saves a tenth, since decompression has a cost for the client. */
function compress(type: string, bytes: Uint8Array): (readonly [Encoding, Uint8Array])[] {
  if (!COMPRESSIBLE.test(type)) return [];
  const brotli = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const compressed = [
    ["br", brotliCompressSync(bytes, { params: brotli })],
    ["gzip", gzipSync(bytes, { level: 9 })],
  ] as const;
  return compressed.filter(([, body]) => body.byteLength < 0.9 * bytes.byteLength);
}
