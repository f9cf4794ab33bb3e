/** The manifest of published files: it maps each path to its bytes in R2. */

/** A content encoding (RFC 9110 §8.4.1, RFC 7932). */
export type Encoding = "br" | "gzip";

/** One version of a file of `public`. */
export interface Asset {
  /** SHA-256 of the bytes, in hexadecimal. */
  readonly hash: string;
  /** 16 hexadecimal digits, which also cover the files that this one refers to. */
  readonly version: string;
  /** The value of `Content-Type`. */
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** The compressed size in bytes; absent if compression is not worthwhile. */
  readonly encodings: Readonly<Partial<Record<Encoding, number>>>;
  /** Whether the path names this version, so that its bytes never change. */
  readonly isImmutable: boolean;
  /** The paths of all modules that this one imports, directly or not; absent without any. */
  readonly modules?: readonly string[];
  /** The time of its replacement in milliseconds since the epoch. Pages may still refer to it for a while. */
  readonly retiredAt?: number;
}

/** Assets by path, relative to `public`, with slashes: each file under its own path and under a versioned one. */
export type Manifest = Readonly<Record<string, Asset>>;

/** The key of the current manifest in KV. */
export const MANIFEST_KEY = "manifest";

/** The key of a version of the manifest, whose value never changes. */
export function manifestKeyOf(version: string): string {
  return `${MANIFEST_KEY}:${version}`;
}

/** The key of bytes in R2. It contains their hash, so each key is written only once. */
export function objectKeyOf({ hash }: Pick<Asset, "hash">, encoding?: Encoding): string {
  return `assets/${hash}${encoding ? `.${encoding}` : ""}`;
}

/** The path that names the version: `css/style.css` becomes `css/style.0123456789abcdef.css`. */
export function versionedPath(path: string, { version }: Pick<Asset, "version">): string {
  return path.replace(/(\.[^./]*)?$/, `.${version}$&`);
}

/** Whether an address has a path from `versionedPath`. */
export function isVersionedAddress(pathname: string): boolean {
  return /^\/static\/.*[^/]\.[0-9a-f]{16}(\.[^./]*)?$/.test(pathname);
}

/** The address of a file of `public`: versioned, and so cacheable, if the file is published. */
export function assetUrl(manifest: Manifest, path: string): string {
  const asset = findAsset(manifest, path);
  const named = asset ? versionedPath(path, asset) : path;
  return `/static/${named.split("/").map(encodeURIComponent).join("/")}`;
}

/** The addresses of all modules that a module imports, to load them at once. */
export function moduleUrls(manifest: Manifest, path: string): readonly string[] {
  return (findAsset(manifest, path)?.modules ?? []).map((module) => assetUrl(manifest, module));
}

/** @returns Undefined for a path that is not published. */
export function findAsset(manifest: Manifest, path: string): Asset | undefined {
  return Object.hasOwn(manifest, path) ? manifest[path] : undefined;
}
