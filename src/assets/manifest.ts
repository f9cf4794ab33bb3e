/** What has been published: which path has which bytes, and where they are. */

/** What bytes may be compressed with (RFC 9110 §8.4.1, RFC 7932). */
export type Encoding = "br" | "gzip";

/** One version of a file of `public`. */
export interface Asset {
  /** SHA-256 of its bytes, in hexadecimal. */
  readonly hash: string;
  /** The value of `Content-Type`. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes that are left when it is compressed; absent where that does not pay. */
  readonly encodings: Readonly<Partial<Record<Encoding, number>>>;
  /** Whether its path names this version, and so never has another. */
  readonly isImmutable: boolean;
  /** When another version took its place, in milliseconds since the epoch: pages may name it a while longer. */
  readonly retiredAt?: number;
}

/** By path, from `public` on, with slashes: each file under its own, and under one that names its version. */
export type Manifest = Readonly<Record<string, Asset>>;

/** Where the manifest is in KV. */
export const MANIFEST_KEY = "manifest";

/** Empty before anything has been published. */
export async function readManifest(kv: KVNamespace): Promise<Manifest> {
  return (await kv.get<Manifest>(MANIFEST_KEY, "json")) ?? {};
}

/** Where bytes are in R2: they are what their key says, so that a key is written once. */
export function objectKeyOf({ hash }: Pick<Asset, "hash">, encoding?: Encoding): string {
  return `assets/${hash}${encoding ? `.${encoding}` : ""}`;
}

/** The path that names the version: `css/style.css` becomes `css/style.0123456789abcdef.css`. */
export function versionedPath(path: string, { hash }: Pick<Asset, "hash">): string {
  return path.replace(/(\.[^./]*)?$/, `.${hash.slice(0, 16)}$&`);
}

/** Whether an address names one version of a file, as those of `versionedPath` do. */
export function isVersionedAddress(pathname: string): boolean {
  return /^\/static\/.*[^/]\.[0-9a-f]{16}(\.[^./]*)?$/.test(pathname);
}

/** The address of a file of `public`; the one that caches keep, once it is published. */
export function assetUrl(manifest: Manifest, path: string): string {
  const asset = Object.hasOwn(manifest, path) ? manifest[path] : undefined;
  const named = asset ? versionedPath(path, asset) : path;
  return `/static/${named.split("/").map(encodeURIComponent).join("/")}`;
}
