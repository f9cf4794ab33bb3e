/** Serves a file of `public`. */
import type { AppContext } from "../env.ts";
import { IMMUTABLE, PUBLIC_REVALIDATED } from "../web/caching/cache-control.ts";
import type { ByteRange } from "../web/caching/conditional.ts";
import { retryRead, withDeadline } from "../web/platform/transient.ts";
import { refuse } from "../web/respond/refuse.ts";
import { serveContent } from "../web/respond/serve-content.ts";
import { loadCurrentManifest, loadManifest } from "./load-manifest.ts";
import { type Asset, findAsset, isVersionedAddress, objectKeyOf } from "./manifest.ts";
import { negotiateEncoding } from "./negotiate-encoding.ts";

/** After this time, the bytes are read from R2 instead. */
const CACHE_DEADLINE_MS = 1_000;

/**
 * Serves the file at a path. A path that is not in the manifest causes no request to R2.
 *
 * @param path Relative to `public`.
 */
export async function serveAsset(c: AppContext, path: string): Promise<Response> {
  const asset = await findPublished(c, path);
  if (!asset) return refuse(c, 404, "There is nothing at this address.");
  const { hash, type, encodings, isImmutable } = asset;
  const available = Object.keys(encodings);
  // A range refers to the file itself, not to its compressed form.
  const isPart = c.request.method === "GET" && c.request.headers.has("Range");
  const negotiated = negotiateEncoding(c.request, available);
  const encoding = isPart ? undefined : negotiated;
  const size = (encoding && encodings[encoding]) ?? asset.size;
  const response = await serveContent(c, {
    // RFC 9110 §8.8.3.3: each encoding has its own tag.
    etag: `"${hash.slice(0, 32)}${encoding ? `-${encoding}` : ""}"`,
    size,
    headers: {
      ...(isImmutable ? IMMUTABLE : PUBLIC_REVALIDATED),
      ...(available.length > 0 && { Vary: "Accept-Encoding" }),
    },
    metadata: { "Content-Type": type, ...(encoding && { "Content-Encoding": encoding }) },
    read: (range) => readObject(c, objectKeyOf(asset, encoding), size, range),
  });
  // The whole file, since the range was ignored: a cache would keep it as the compressed variant.
  if (response.status === 200 && encoding !== negotiated) response.headers.set("Cache-Control", "no-store");
  return response;
}

/** During a deploy, the page may come from a newer version of the Worker than this one. */
async function findPublished(c: AppContext, path: string): Promise<Asset | undefined> {
  const known = findAsset(await loadManifest(c), path);
  return known ?? (isVersionedAddress(`/static/${path}`) ? findAsset(await loadCurrentManifest(c), path) : undefined);
}

/** Reads bytes from Cloudflare's cache, or else from R2. Puts a whole file from R2 into the cache. */
async function readObject(
  { request, locals: { env, ctx } }: AppContext,
  key: string,
  size: number,
  range: ByteRange | undefined,
): Promise<ReadableStream<Uint8Array> | null> {
  const address = new URL(`/static/${key}`, request.url);
  const match = caches.default.match(new Request(address, { headers: rangeHeader(range) }));
  const cached = await withDeadline(match, CACHE_DEADLINE_MS).catch(() => undefined);
  if (cached?.body && cached.status === (range ? 206 : 200)) return cached.body;
  const object = await retryRead(() => env.ASSETS.get(key, range && { range }));
  if (!object || range) return object?.body ?? null;
  const [now, later] = object.body.tee();
  const headers = { ...IMMUTABLE, "Content-Length": `${size}` };
  ctx.waitUntil(caches.default.put(address, new Response(later, { headers })));
  return now;
}

function rangeHeader(range: ByteRange | undefined): HeadersInit {
  return range ? { Range: `bytes=${range.offset}-${range.offset + range.length - 1}` } : {};
}
