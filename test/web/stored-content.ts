/** An app that serves bytes out of a bucket, as every feature that stores some does. */
import { env } from "cloudflare:test";
import { createHash } from "node:crypto";
import type { Env } from "../../src/env.ts";
import { route } from "../../src/web/app/scope.ts";
import { REVALIDATED } from "../../src/web/caching/cache-control.ts";
import { contentDisposition } from "../../src/web/respond/content-disposition.ts";
import { serveContent } from "../../src/web/respond/serve-content.ts";
import { createApp, sendTo } from "../harness.ts";

/** Every content is its beginning, of as many bytes as the path says. */
export const BYTES = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN";

/** In the middle of a second. */
const SAVED_AT = "2026-03-04T05:06:07.890Z";

const app = createApp([
  route.get("/stored/:size<uint>", {
    resolve: (c) => {
      const { size } = c.params;
      const bucket = c.locals.env.ASSETS;
      return serveContent(c, {
        etag: `"${createHash("sha256").update(BYTES.slice(0, size)).digest("hex")}"`,
        lastModified: Date.parse(SAVED_AT),
        size,
        headers: { ...REVALIDATED, "Content-Security-Policy": "sandbox; default-src 'none'" },
        metadata: {
          "Content-Type": "text/plain; charset=utf-8",
          "Content-Disposition": contentDisposition("attachment", "digits.txt"),
        },
        read: async (range) => (await bucket.get(keyOf(size), range && { range }))?.body ?? null,
      });
    },
  }),
]);

const keyOf = (size: number) => `stored ${size}`;

/** Asks for content of so many bytes. */
export async function askStored(
  size: number,
  method: string,
  headers: Readonly<Record<string, string>>,
  bindings: Partial<Env> = {},
): Promise<Response> {
  await env.ASSETS.put(keyOf(size), BYTES.slice(0, size));
  return sendTo(app, `/stored/${size}`, { method, headers: { ...headers } }, bindings);
}
