/** What `public` becomes: a manifest, and bytes that are stored once for each content and encoding. */
import { createHash } from "node:crypto";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import mime from "mime";
import {
  type Asset,
  type Encoding,
  MANIFEST_KEY,
  type Manifest,
  objectKeyOf,
  versionedPath,
} from "../src/assets/manifest.ts";
import type { PublicFile } from "./public-files.ts";

/** Where assets are published, locally or for everybody. */
export interface AssetStorage {
  readonly ASSETS: R2Bucket;
  readonly ASSET_MANIFEST: KVNamespace;
}

/** The manifest once more, in R2: what KV has just been told it may not say for a minute. */
const RECORD_KEY = "manifest";

/** How long a version that was replaced stays, for pages that name it. */
const RETIRED_RETENTION_MS = 30 * 24 * 60 * 60 * 1000;

/** How long an object that nothing names stays: another publication may be about to name it. */
const UNREFERENCED_RETENTION_MS = 24 * 60 * 60 * 1000;

/**
 * Publishes the files: stores what is not there yet, then says so in the manifest, then removes what nobody can ask for
 * any more. Safe to run again, also after a failure at any point; without a change it writes nothing.
 *
 * @returns How many objects were stored and removed.
 */
export async function publish(
  files: readonly PublicFile[],
  { ASSETS, ASSET_MANIFEST }: AssetStorage,
): Promise<{ readonly stored: number; readonly removed: number }> {
  const recorded = (await (await ASSETS.get(RECORD_KEY))?.text()) ?? "{}";
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
  if (manifest !== recorded || (await ASSET_MANIFEST.get(MANIFEST_KEY)) === null) {
    await ASSET_MANIFEST.put(MANIFEST_KEY, manifest);
    await ASSETS.put(RECORD_KEY, manifest);
  }
  const named = new Set(Object.values(after).flatMap(keysOf));
  const unnamed = [...objects].filter(
    ([key, storedAt]) => !named.has(key) && Date.now() - storedAt > UNREFERENCED_RETENTION_MS,
  );
  if (unnamed.length > 0) await ASSETS.delete(unnamed.map(([key]) => key));
  return { stored: missing.size, removed: unnamed.length };
}

/** When each object was stored, in milliseconds since the epoch, by its key. */
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

/** @returns What the manifest is to say of the file, and the objects that it may lack: none where all are there. */
function prepare(
  { path, bytes }: PublicFile,
  before: Manifest,
  objects: ReadonlyMap<string, number>,
): { asset: Asset; bodies: ReadonlyMap<string, Uint8Array> } {
  const hash = createHash("sha256").update(bytes).digest("hex");
  const base = { hash, type: typeOf(path), size: bytes.byteLength, isImmutable: false };
  const known = Object.values(before).find((asset) => asset.hash === hash && asset.type === base.type);
  if (known && keysOf(known).every((key) => objects.has(key)))
    return { asset: { ...base, encodings: known.encodings }, bodies: new Map() };
  const compressed = compress(base.type, bytes);
  const encodings = Object.fromEntries(compressed.map(([encoding, body]) => [encoding, body.byteLength]));
  const bodies = compressed.map(([encoding, body]) => [objectKeyOf(base, encoding), body] as const);
  return { asset: { ...base, encodings }, bodies: new Map([[objectKeyOf(base), bytes], ...bodies]) };
}

/** The versions that others have replaced, for as long as pages may name them. */
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

/** What is compressed already does not get smaller. */
const COMPRESSIBLE = /^text\/|javascript|json|xml|wasm|font\/(ttf|otf)|icon/;

/** Only where it saves a tenth: decompressing costs the client something, too. */
function compress(type: string, bytes: Uint8Array): (readonly [Encoding, Uint8Array])[] {
  if (!COMPRESSIBLE.test(type)) return [];
  const brotli = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const compressed = [
    ["br", brotliCompressSync(bytes, { params: brotli })],
    ["gzip", gzipSync(bytes, { level: 9 })],
  ] as const;
  return compressed.filter(([, body]) => body.byteLength < 0.9 * bytes.byteLength);
}
