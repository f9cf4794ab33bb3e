/** Preconditions and ranges of downloads: which there are is tested beside `serveContent`. */
import { env } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { createAccount, send } from "../../harness.ts";

const TAG = '"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"';
const SAVED = "Wed, 04 Mar 2026 05:06:07 GMT";

type Given = Readonly<Record<string, string>>;

let [url, headers]: [string, Given] = ["", {}];

/** Ten bytes, saved in the middle of a second. */
beforeAll(async () => {
  headers = (await createAccount()).headers;
  const init = { method: "PUT", headers: { ...headers, "Content-Type": "text/plain" }, body: "0123456789" };
  const file = await (await send("/api/files/digits.txt", init)).json<{ id: string; url: string }>();
  await env.DB.prepare("UPDATE files SET created_at = '2026-03-04T05:06:07.890Z' WHERE id = ?").bind(file.id).run();
  url = file.url;
});

const DESCRIPTION = {
  "Accept-Ranges": "bytes",
  "Content-Disposition": 'attachment; filename="digits.txt"',
  "Content-Type": "text/plain; charset=utf-8",
  "Last-Modified": SAVED,
};
const ALWAYS = { "Cache-Control": "private, no-cache", ETag: TAG };
const REFUSAL = { "Cache-Control": "no-store", "Content-Type": "application/problem+json" };
const NAMES = [...Object.keys({ ...ALWAYS, ...DESCRIPTION }), "Content-Length", "Content-Range"];

const PART = { ...ALWAYS, ...DESCRIPTION, "Content-Length": "4", "Content-Range": "bytes 2-5/10" };
const WHOLE = { ...ALWAYS, ...DESCRIPTION, "Content-Length": "10" };

test.each<[given: Given, status: number, told: Given]>([
  [{}, 200, WHOLE],
  [{ "If-Match": TAG, Range: "bytes=2-5" }, 206, PART],
  [{ "If-Range": SAVED, Range: "bytes=2-5" }, 206, PART],
  [{ "If-Range": '"other"', Range: "bytes=2-5" }, 200, WHOLE],
  [{ "If-None-Match": TAG }, 304, ALWAYS],
  [{ "If-Modified-Since": SAVED }, 304, ALWAYS],
  [{ "If-Match": '"other"' }, 412, REFUSAL],
  [{ Range: "bytes=10-" }, 416, { ...REFUSAL, "Content-Range": "bytes */10" }],
])("a file is answered to %j with %i", async (given, status, told) => {
  const response = await send(url, { headers: { ...headers, ...given } });
  const found = NAMES.filter((name) => response.headers.has(name)).map((name) => [name, response.headers.get(name)]);
  expect([response.status, Object.fromEntries(found)]).toEqual([status, told]);
  await response.text();
});

test("a 304 weakens nothing that the 200 said", async () => {
  const unchanged = await send(url, { headers: { ...headers, "If-None-Match": TAG } });
  expect(unchanged.headers.get("Content-Security-Policy")).toMatch(/^sandbox; default-src 'none';/);
  expect(unchanged.headers.get("X-Content-Type-Options")).toBe("nosniff");
});
