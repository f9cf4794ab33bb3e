/** What caches may do with the response of every GET, and what Cloudflare's cache in front of the Worker goes by. */
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { publish } from "../../../scripts/assets.ts";
import { site, text } from "../../assets/assets.ts";
import { app, createAccount, openBrowser, PRODUCTION, send } from "../../harness.ts";
import { listRequests } from "../../policy/list-requests.ts";

const FILES = {
  "favicon.ico": text("icon"),
  "robots.txt": text("robots"),
  "font.woff2": text("font"),
  "a.css": text("a"),
};
/** By the parameters of a path: a value that it takes. */
const PARAMS: Readonly<Record<string, string>> = { "*": "a.css", "<uuid>": "0199c0de-0000-7000-8000-000000000000" };

const gets = listRequests(app.handlers).filter(({ method }) => method === "GET");
const assets = gets.filter(
  ({ path }) => Object.keys(FILES).some((file) => path === `/${file}`) || path.startsWith("/static/"),
);

function fill(path: string): string {
  return path
    .replace(/:\w+<(u?int)>/g, "1")
    .replace(/:\w+(<uuid>)/g, (_, form) => PARAMS[form] ?? "")
    .replace(/:\w+/g, "name")
    .replace("*", PARAMS["*"] ?? "");
}

/** Anybody, a client of the API and a browser; of an administrator, who may read everything. */
const visitors: Record<string, Record<string, string>> = { anybody: {} };
beforeAll(async () => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  const account = await createAccount({ role: "admin" });
  Object.assign(visitors, { client: account.headers, browser: (await openBrowser(account)).headers });
  await publish(site(FILES), env);
});

/** The headers of a response, whose body is left alone: some never end. */
async function headersOf(path: string, headers: Record<string, string>, bindings = {}) {
  const response = await send(path, { headers }, bindings);
  await response.body?.cancel();
  return { status: response.status, ...Object.fromEntries(response.headers) } as Record<string, unknown>;
}

describe.each(["anybody", "client", "browser"])("to %s", (visitor) => {
  test.each(gets.map(({ path }) => path))("the response of GET %s says what caches may do", async (path) => {
    const found = await headersOf(fill(path), visitors[visitor] ?? {}, PRODUCTION);
    const isAsset = assets.some((route) => route.path === path);
    const value = String(found["cache-control"]);
    if (value.includes("public")) expect([path, isAsset]).toEqual([path, true]);
    else if (value === "private, no-cache") expect(found).toHaveProperty("etag");
    else expect(value).toMatch(/^no-store(, no-transform)?$/);
    const isShared = !/no-store|private/.test(value);
    expect([path, isShared]).toEqual([path, isAsset]);
    for (const header of ["x-request-id", "set-cookie", "x-d1-bookmark", "server-timing"])
      if (isShared) expect(found).not.toHaveProperty(header);
    if (!isShared) expect(found).toHaveProperty("x-request-id");
  });
});

describe("Cloudflare's cache, which goes by path and query, and by what Vary names,", () => {
  const paths = ["/favicon.ico", "/robots.txt", "/static/a.css", "/static/font.woff2"];

  test("is in front of every asset", () =>
    expect(assets.map(({ path }) => path).sort()).toEqual(["/favicon.ico", "/robots.txt", "/static/*"]));

  test.each(paths)("may give the response of %s to every client that accepts the same", async (path) => {
    const clients: Record<string, string>[] = [
      ...Object.values(visitors),
      {
        Accept: "text/html",
        "User-Agent": "x",
        "Accept-Language": "tr",
        "HX-Request": "true",
        "X-Request-Id": "given-by-client",
      },
      { Origin: "https://other.example", "Sec-Fetch-Site": "cross-site", "CF-Connecting-IP": "2001:db8::1" },
      { Authorization: "Bearer none", Cookie: "__Host-session=none; a=b", "X-API-Key": "none" },
    ];
    for (const encoding of ["br", "gzip", "br, gzip", "identity", ""]) {
      const seen = new Set<string>();
      for (const client of clients) {
        const response = await send(path, { headers: { ...client, "Accept-Encoding": encoding } }, PRODUCTION);
        const body = new Uint8Array(await response.arrayBuffer());
        seen.add(JSON.stringify([response.status, [...response.headers], [...body]]));
      }
      expect([path, encoding, seen.size]).toEqual([path, encoding, 1]);
    }
  });

  test.each(paths)("gets a Vary for every header that changes the response of %s", async (path) => {
    const listed = { ...PRODUCTION, CORS_ORIGINS: "https://a.example https://b.example" };
    const variants: [bindings: object, header: string, values: string[]][] = [
      [PRODUCTION, "Accept-Encoding", ["br", "gzip", "identity"]],
      [listed, "Origin", ["https://a.example", "https://b.example", "https://none.example"]],
      [listed, "Accept-Encoding", ["br", "gzip", "identity"]],
    ];
    for (const [bindings, name, values] of variants) {
      const responses = await Promise.all(values.map((value) => headersOf(path, { [name]: value }, bindings)));
      const isVaried = new Set(responses.map((response) => JSON.stringify(response))).size > 1;
      for (const response of responses)
        expect([
          path,
          String(response.vary ?? "")
            .split(", ")
            .includes(name),
        ]).toEqual([path, isVaried]);
    }
  });

  test("stores no part of a file and no refusal", async () => {
    const [part, none] = [
      await headersOf("/static/a.css", { Range: "bytes=0-1" }),
      await headersOf("/static/none", {}),
    ];
    // A response with the status 206 is never stored.
    expect([part.status, none.status, none["cache-control"]]).toEqual([206, 404, "no-store"]);
  });
});
