/** What the tests of assets share: files to publish, storage that is watched, bodies that are decompressed. */
import { env } from "cloudflare:test";
import { createHash } from "node:crypto";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { VersionedFile } from "../../scripts/asset-versions.ts";
import { publish } from "../../scripts/assets.ts";
import { send } from "../harness.ts";

/** Text that gets smaller in every encoding, and differs by what it is about. */
export function text(about: string): string {
  return `/* ${about} */ .${about} { margin: 0; padding: 0; color: black; background: white; }\n`.repeat(20);
}

export function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === "string" ? new TextEncoder().encode(content) : content;
}

/** Bytes that no encoding makes smaller. */
export function noise(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  // The platform gives 64 KiB at once.
  for (let at = 0; at < size; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

/** Files by their paths. None refers to another, so the version of each covers its own content only. */
export function site(files: Readonly<Record<string, string | Uint8Array>>): VersionedFile[] {
  return Object.entries(files).map(([path, content]) => {
    const version = createHash("sha256").update(content).digest("hex").slice(0, 16);
    return { path, bytes: bytesOf(content), version, modules: [] };
  });
}

export function decompress(bytes: Uint8Array, encoding: string | undefined | null): Uint8Array {
  if (encoding === "br") return new Uint8Array(brotliDecompressSync(bytes));
  return encoding === "gzip" ? new Uint8Array(gunzipSync(bytes)) : bytes;
}

export async function sha256(content: string | Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytesOf(content)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The address of a path as a browser sends it. */
export function addressOf(path: string): string {
  return `/static/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** One call of a binding: which, with what, and how to make it. */
export interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  proceed(): unknown;
}

/** A binding whose every call goes through `around`. */
export function intercept<T extends object>(binding: T, prefix: string, around: (call: Call) => unknown): T {
  return new Proxy(binding, {
    get(target, property) {
      const member: unknown = Reflect.get(target, property, target);
      if (typeof member !== "function") return member;
      const name = `${prefix}.${String(property)}`;
      return (...args: unknown[]) =>
        around({ name, args, proceed: () => Reflect.apply(member, target, args) as unknown });
    },
  });
}

/** The buckets of features: requests for assets must not read them. */
export const OTHER_BUCKETS = Object.entries(env as unknown as Record<string, unknown>).flatMap(([name, binding]) =>
  name !== "ASSETS" && isBucket(binding) ? [[name, binding] as const] : [],
);

/** Goes by the prototype, since other bindings are proxies, which take any property for a remote method. */
function isBucket(binding: unknown): binding is R2Bucket {
  return typeof binding === "object" && Object.getPrototypeOf(binding) === Object.getPrototypeOf(env.ASSETS);
}

/** All storage, with every call of it going through `around`. */
export function interceptStorage(around: (call: Call) => unknown) {
  return {
    ASSETS: intercept(env.ASSETS, "ASSETS", around),
    ASSET_MANIFEST: intercept(env.ASSET_MANIFEST, "KV", around),
    ...Object.fromEntries(OTHER_BUCKETS.map(([name, bucket]) => [name, intercept(bucket, name, around)])),
    DB: intercept(env.DB, "DB", around),
  };
}

/** All storage, and what is asked of it: `ASSETS.get assets/…`. */
export function watchStorage() {
  const calls: string[] = [];
  const bindings = interceptStorage(({ name, args: [key], proceed }) => {
    calls.push(typeof key === "string" ? `${name} ${key}` : name);
    return proceed();
  });
  return { calls, bindings };
}

export function isWrite(call: string): boolean {
  return /\.(put|delete|createMultipartUpload)/.test(call);
}

/** Publishes, and says what that wrote. Versions of the manifest are `manifest:…`. */
export async function writesOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string[]> {
  const { calls, bindings } = watchStorage();
  await publish(site(files), bindings);
  return calls.filter(isWrite).map((call) => call.replace(/manifest:[0-9a-f]{16}$/, "manifest:…"));
}

/** The keys of all objects, in order. */
export async function storedKeys(): Promise<string[]> {
  return (await env.ASSETS.list({ prefix: "assets/" })).objects.map(({ key }) => key).sort();
}

/** As if nothing had ever been published. */
export async function clearStorage(): Promise<void> {
  for (const bucket of [env.ASSETS, ...OTHER_BUCKETS.map(([, other]) => other)]) {
    const keys = (await bucket.list()).objects.map(({ key }) => key);
    if (keys.length > 0) await bucket.delete(keys);
  }
  for (const { name } of (await env.ASSET_MANIFEST.list()).keys) await env.ASSET_MANIFEST.delete(name);
}

/** Asks for a file from a host of its own, for which nothing is cached. */
export function ask(address: string, headers: Record<string, string> = {}): Promise<Response> {
  return send(`http://${crypto.randomUUID()}.example${address}`, { headers });
}

/** The status of a file and, where it is there, its content as the client has it in the end. */
export async function contentOf(address: string, acceptEncoding = "identity"): Promise<string | number> {
  const response = await ask(address, { "Accept-Encoding": acceptEncoding });
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.status !== 200) return response.status;
  return new TextDecoder().decode(decompress(body, response.headers.get("Content-Encoding")));
}
