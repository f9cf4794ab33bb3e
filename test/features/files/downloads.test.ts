/** Nothing that anybody uploads runs as ours when it is downloaded. */

import { env } from "cloudflare:test";
import { isUtf8 } from "node:buffer";
import { beforeAll, describe, expect, test } from "vitest";
import { type Account, createAccount, send } from "../../harness.ts";

interface File {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly sha256: string;
  readonly url: string;
}

let me: Account;
beforeAll(async () => {
  me = await createAccount();
});

type Given = Readonly<Record<string, string>>;
const LIMITS = { API_RATE_LIMIT: 100_000 };
const get = (path: string, headers: Given = me.headers, method = "GET") => send(path, { method, headers }, LIMITS);

async function put(name: string, body: BodyInit, type = "application/octet-stream"): Promise<File> {
  const init = { method: "PUT", headers: { ...me.headers, "Content-Type": type }, body };
  const response = await send(`/api/files/${encodeURIComponent(name)}`, init, LIMITS);
  if (response.status !== 201) throw new Error(await response.text());
  return response.json<File>();
}

/** Uploads the same bytes by a form, once for each type. */
async function post(name: string, bytes: Uint8Array<ArrayBuffer>, types: readonly string[]): Promise<File[]> {
  const form = new FormData();
  for (const type of types) form.append("file", new File([bytes], name, { type }));
  const response = await send("/api/files", { method: "POST", headers: me.headers, body: form }, LIMITS);
  return (await response.json<{ files: File[] }>()).files;
}

const SCRIPT = "<script>alert(1)</script>";
const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));
const PNG = `\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\b\0\0\0\0${"\0".repeat(8)}IDAT`;

/** What the bytes tell; undefined where they tell nothing, and a harmless declaration is believed. */
const HOSTILE: readonly [name: string, text: string, told?: string][] = [
  ["page.html", `<!DOCTYPE html>${SCRIPT}`],
  ["page.txt", `\xef\xbb\xbf<html>${SCRIPT}`],
  ["frame.htm", '<meta http-equiv="refresh" content="0;url=javascript:alert(1)">'],
  ["image.svg", `<svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`],
  [
    "declared.svg",
    `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`,
    "application/octet-stream",
  ],
  [
    "page.xhtml",
    `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">${SCRIPT}</html>`,
    "application/octet-stream",
  ],
  ["styled.xml", '<?xml version="1.0"?><?xml-stylesheet href="javascript:alert(1)"?><a/>', "application/octet-stream"],
  ["script.js", "alert(1)"],
  ["module.mjs", "export default alert(1)"],
  ["worker.js", 'self.addEventListener("fetch", (event) => event.respondWith(new Response("mine")))'],
  ["style.css", "@import url(//evil.example); * { background: url(//evil.example) }"],
  ["paper.pdf", "%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>", "application/pdf"],
  ["utf7.html", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"],
  ["utf16.html", `\xfe\xff${[...`<html>${SCRIPT}`].map((char) => `\0${char}`).join("")}`],
  ["polyglot.png.html", PNG + SCRIPT, "image/png"],
  ["polyglot.gif", `GIF89a=1;${SCRIPT}`, "image/gif"],
  ["polyglot.html", `\xff\xd8\xff\xe0${SCRIPT}`, "image/jpeg"],
  ["page.mht", `MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\n\r\n${SCRIPT}`],
  ["movie.swf", "FWS\x0a\0\0\0\0\0\0\0\0", "application/octet-stream"],
  ["code.wasm", "\0asm\x01\0\0\0", "application/octet-stream"],
  ["shortcut.url", "[InternetShortcut]\r\nURL=javascript:alert(1)"],
  ["empty.html", ""],
];

const BELIEVED = ["text/plain", "text/csv", "text/markdown"];
/** None of the contents is JSON, so none is believed to be. */
const DECLARED = [
  ...BELIEVED,
  "application/json",
  "TEXT/HTML",
  "text/html; charset=utf-7",
  "text/plain, text/html",
  "application/xhtml+xml",
  "image/svg+xml",
  "text/javascript",
  "text/css",
  "multipart/x-mixed-replace",
  "image/png",
];

/** What browsers show and never run. */
const SHOWN = /^(?:image\/(?:png|jpeg|gif|webp|avif)|text\/plain(?:; charset=utf-8)?)$/;
/** What they run or render as a page of ours. */
const RUN = /html|svg|css|script|jscript|livescript|multipart|message|xsl/i;

/** Stated types with which the name is not asked. */
const RUN_NAMES = /html|svg|css|script/i;

function expectHarmless({ status, headers }: Response, isInline: boolean): void {
  const type = headers.get("Content-Type") ?? "";
  const [disposition] = headers.get("Content-Disposition")?.split(";") ?? [];
  expect([status, disposition]).toEqual([200, isInline && SHOWN.test(type) ? "inline" : "attachment"]);
  expect(type).toMatch(/^[a-z]+\/[a-z0-9.+-]+(?:; charset=utf-8)?$/);
  expect(type).not.toMatch(RUN);
  expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  expect(headers.get("Cross-Origin-Resource-Policy")).toBe("same-origin");
  expect(headers.get("Content-Security-Policy")?.split("; ")).toEqual(
    expect.arrayContaining([
      "sandbox",
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]),
  );
  expect(headers.get("Content-Security-Policy")).not.toMatch(/allow-|unsafe|\*|https?:|self|data:/);
  for (const name of ["Service-Worker-Allowed", "Content-Encoding", "Refresh", "Link"])
    expect(headers.has(name)).toBe(false);
}

describe.each(HOSTILE)("%s", { timeout: 60_000 }, (name, text, told) => {
  const bytes = latin1(text);
  const named = (declared: string) => name.endsWith(".txt") && !RUN_NAMES.test(declared);
  const unbelieved = (declared: string) => (named(declared) ? "text/plain" : "application/octet-stream");
  const typeOf = (declared: string) => told ?? (BELIEVED.includes(declared) ? declared : unbelieved(declared));
  const charset = isUtf8(bytes) ? "; charset=utf-8" : "";

  test("is harmless under any declared type, sent raw or by form, shown or saved", async () => {
    const sent: File[] = [];
    for (const type of DECLARED) sent.push(await put(name, bytes, type));
    const formed = await post(name, bytes, DECLARED);
    for (const files of [sent, formed]) expect(files.map(({ type }) => type)).toEqual(DECLARED.map(typeOf));
    for (const { url, type } of sent) await expectHarmlessFile(url, type);
    for (const { url, type } of formed) await expectHarmlessFile(`${url}?inline=1`, type);
  });

  async function expectHarmlessFile(url: string, type: string): Promise<void> {
    const response = await get(url);
    expectHarmless(response, url.endsWith("?inline=1"));
    expect(response.headers.get("Content-Type")).toBe(type.startsWith("text/") ? type + charset : type);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  }

  test("is as harmless to HEAD", async () => {
    const { url } = await put(name, bytes, "text/plain");
    for (const query of ["", "?inline=1"]) expectHarmless(await get(url + query, me.headers, "HEAD"), query !== "");
  });
});

describe("?inline", () => {
  const shown = ["?inline=1", "?a=b&inline=1", "?inline=%31"];
  test.each(shown)("%s shows a picture, and a part of it", async (query) => {
    const { url } = await put("dot.png", latin1(PNG));
    const [whole, part] = [await get(url + query), await get(url + query, { ...me.headers, Range: "bytes=0-3" })];
    for (const { headers } of [whole, part])
      expect(headers.get("Content-Disposition")).toBe('inline; filename="dot.png"');
    expect([whole.status, part.status]).toEqual([200, 206]);
  });

  const saved = [
    "",
    "?",
    "?inline",
    "?inline=",
    "?inline=0",
    "?inline=true",
    "?inline=01",
    "?inline=1+",
    "?INLINE=1",
    "?inline=1&inline=1",
    "?inline=0&inline=1",
    "?inline[]=1",
    "#inline=1",
  ];
  test.each(saved)("%j saves a picture", async (query) => {
    const { url } = await put("dot.png", latin1(PNG));
    expect((await get(url + query)).headers.get("Content-Disposition")).toBe('attachment; filename="dot.png"');
  });

  test("never returns a page, a part of one, or a 304", async () => {
    const { url, sha256 } = await put("page.html", `<!DOCTYPE html>${SCRIPT}`, "text/html");
    const policy = "sandbox; default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    for (const given of [{}, { Range: "bytes=15-" }, { "If-None-Match": `"${sha256}"` }]) {
      const { headers } = await get(`${url}?inline=1`, { ...me.headers, ...given });
      expect(headers.get("Content-Disposition") ?? "attachment").toMatch(/^attachment/);
      expect([headers.get("Content-Security-Policy"), headers.get("X-Content-Type-Options")]).toEqual([
        policy,
        "nosniff",
      ]);
    }
  });

  /** As if the bytes had told that type. */
  async function showAs(type: string): Promise<Response> {
    const { id, url } = await put("file", "bytes");
    await env.DB.prepare("UPDATE files SET type = ? WHERE id = ?").bind(type, id).run();
    return get(`${url}?inline=1`);
  }

  const inert = "png jpeg gif webp avif".split(" ").map((type) => `image/${type}`);
  test.each([...inert, "text/plain"])("shows %s", async (type) => {
    const { headers } = await showAs(type);
    expect(headers.get("Content-Disposition")).toBe('inline; filename="file"');
    expect(headers.get("Content-Type")).toBe(type);
  });

  const active = "text/html text/css text/xml text/csv text/markdown text/vtt text/javascript image/svg+xml".split(" ");
  const others = "xml xhtml+xml pdf json javascript wasm octet-stream".split(" ").map((type) => `application/${type}`);
  // A sandboxed page of them may not load them.
  const media = ["audio/mpeg", "audio/ogg", "video/mp4", "video/webm"];
  test.each([...active, ...others, ...media])("saves %s", async (type) => {
    const { headers } = await showAs(type);
    expect(headers.get("Content-Disposition")).toBe('attachment; filename="file"');
    expect(headers.get("Content-Security-Policy")).toMatch(/^sandbox; default-src 'none';/);
  });
});

describe("a page of another origin", () => {
  const CORS_ORIGINS = "https://app.example";

  test.each([
    [CORS_ORIGINS, CORS_ORIGINS],
    ["https://evil.example", null],
  ])("%s downloads by the address that the API gave it only if it is listed", async (Origin, allowed) => {
    const { url } = await put("shared.txt", "hello");
    const bindings = { ...LIMITS, CORS_ORIGINS };
    const asked = { "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization,range" };
    const preflight = await send(url, { method: "OPTIONS", headers: { Origin, ...asked } }, bindings);
    const response = await send(url, { headers: { ...me.headers, Origin, Range: "bytes=0-1" } }, bindings);
    expect([preflight.status, response.status, await response.text()]).toEqual([204, 206, "he"]);
    for (const { headers } of [preflight, response]) expect(headers.get("Access-Control-Allow-Origin")).toBe(allowed);
    expect(preflight.headers.get("Access-Control-Allow-Methods")).toBe(allowed && "GET, HEAD, OPTIONS");
    expect(response.headers.get("Access-Control-Expose-Headers")?.includes("Content-Range") ?? null).toBe(
      allowed && true,
    );
  });
});
