/** Nobody but the owner downloads a file. */
import { env } from "cloudflare:test";
import { beforeAll, describe, expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { type Account, createAccount, createKey, openBrowser, send, signInResponse } from "../../harness.ts";

interface File {
  readonly id: string;
  readonly sha256: string;
  readonly url: string;
}

type Given = Readonly<Record<string, string>>;
const LIMITS = { API_RATE_LIMIT: 100_000 };

let me: Account;
let file: File;
beforeAll(async () => {
  me = await createAccount();
  file = await put("mine.txt", "mine alone");
});

async function put(name: string, body: string): Promise<File> {
  const init = { method: "PUT", headers: { ...me.headers, "Content-Type": "text/plain" }, body };
  return (await send(`/api/files/${name}`, init, LIMITS)).json<File>();
}

function get(path: string, headers: Given = me.headers, method = "GET", bindings: Partial<Env> = {}) {
  return send(path, { method, headers }, { ...LIMITS, ...bindings });
}

async function keyOf({ id }: File): Promise<string> {
  const key = await env.DB.prepare("SELECT object_key FROM files WHERE id = ?").bind(id).first<string>("object_key");
  if (!key) throw new Error(`${id} is not there`);
  return key;
}

/** A page has a nonce of its own; limits are counted; other requests write. */
function isSteady(header: string[]): boolean {
  return !/ratelimit|content-security-policy|bookmark/.test(header.join());
}

const LEAKS = ["ETag", "Last-Modified", "Content-Disposition", "Content-Range", "Accept-Ranges", "Content-Length"];
/** A bucket that is not to be asked. */
const UNASKED = new Proxy(env.FILES, {
  get: (_, method) => () => Promise.reject(new Error(`${String(method)} was called`)),
});

/** Whatever is asked of it: no condition tells that it is there, and no byte is read. */
async function expectRefused(headers: Given, status: number, url = file.url): Promise<Response[]> {
  const conditions = [{}, { "If-None-Match": `"${file.sha256}"` }, { "If-Match": '"other"' }, { Range: "bytes=99-" }];
  const responses: Response[] = [];
  for (const method of ["GET", "HEAD"]) {
    for (const given of conditions)
      responses.push(await get(`${url}?inline=1`, { ...headers, ...given }, method, { FILES: UNASKED }));
  }
  for (const response of responses) {
    expect(response.status).toBe(status);
    for (const name of LEAKS) expect(response.headers.has(name)).toBe(false);
    expect(await response.text()).not.toContain("mine");
  }
  return responses;
}

describe("a file of one's own", () => {
  test("its owner gets it, with a token or a session", async () => {
    for (const headers of [me.headers, (await openBrowser(me)).headers]) {
      const response = await get(file.url, headers);
      expect([response.status, await response.text()]).toEqual([200, "mine alone"]);
    }
  });

  test("a stranger is told to sign in", async () => {
    for (const { headers } of await expectRefused({}, 401)) expect(headers.get("WWW-Authenticate")).toBe("Bearer");
  });

  test("a stranger's browser is led to the sign-in page, which leads back", async () => {
    const [status, location] = signInResponse(`${file.url}?inline=1`);
    for (const { headers } of await expectRefused({ Accept: "text/html" }, status))
      expect(headers.get("Location")).toBe(location);
  });

  test("an API key of the owner's is refused, whatever it may do", async () => {
    const permissions = ["files:read", "files:write", "notes:read"];
    const { key } = await createKey(me, permissions);
    await expectRefused({ "X-API-Key": key }, 403);
  });

  test("for another user and for an administrator it does not exist", async () => {
    const others = [await createAccount(), await createAccount({ role: "admin" })];
    for (const other of others) {
      for (const headers of [other.headers, (await openBrowser(other)).headers]) {
        const given = { ...headers, "X-Request-Id": "the-same" };
        const [theirs] = await expectRefused(given, 404);
        const [none] = await expectRefused(given, 404, `/files/${crypto.randomUUID()}`);
        expect([...(theirs?.headers ?? [])].filter(isSteady)).toEqual([...(none?.headers ?? [])].filter(isSteady));
      }
    }
  });

  const unknown = [
    "none",
    "0190a0c4-0000-7000-8000-000000000000",
    "%00",
    "%zz",
    "'%20OR%201=1%20--",
    "mine.txt",
    "..%2f..%2fhealth",
    "x".repeat(3000),
  ];
  test.each(unknown)("GET and HEAD /files/%s are 404", async (id) => {
    await expectRefused(me.headers, 404, `/files/${id}`);
  });

  test("its object's key is no address of it", async () => {
    await expectRefused(me.headers, 404, `/files/${await keyOf(file)}`);
  });

  test("it is gone when it has been deleted", async () => {
    const gone = await put("gone.txt", "mine, too");
    expect((await send(`/api/files/${gone.id}`, { method: "DELETE", headers: me.headers }, LIMITS)).status).toBe(204);
    await expectRefused(me.headers, 404, gone.url);
  });
});

describe("a file whose object is gone behind our back", () => {
  const wanted: readonly Given[] = [{}, { Range: "bytes=0-1" }, { Range: "bytes=-1" }, { "If-None-Match": '"other"' }];
  test.each(wanted)("is 404 to GET with %j", async (given) => {
    const file = await put("lost.txt", "lost");
    await env.FILES.delete(await keyOf(file));
    const response = await get(file.url, { ...me.headers, ...given });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([404, "application/problem+json"]);
    expect(await response.json()).toMatchObject({ status: 404, detail: "There is nothing at this address." });
    for (const name of ["ETag", "Content-Range", "Content-Length", "Content-Disposition"])
      expect(response.headers.has(name)).toBe(false);
  });
});
