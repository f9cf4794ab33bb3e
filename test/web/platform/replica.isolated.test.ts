/** Reads from a replica that lags: a client sees its own writes, and decisions about access use the latest state. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import * as z from "zod";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireCurrentSession } from "../../../src/identity/guards/require-current-session.ts";
import { requireRecentSignIn } from "../../../src/identity/guards/require-recent-sign-in.ts";
import { requireRole } from "../../../src/identity/guards/require-role.ts";
import { loadSession } from "../../../src/identity/sessions/page-session.ts";
import { route } from "../../../src/web/app/scope.ts";
import { bodyDescriptionOf } from "../../../src/web/contract/bodies.ts";
import {
  type Account,
  app,
  createAccount,
  createApp,
  createKey,
  openBrowser,
  PERMISSION,
  send,
  sendJson,
  sendTo,
  submit,
  type TestApp,
} from "../../harness.ts";
import { createReplica, type ReplicatedDatabase } from "../../replica.ts";
import { WRITE_PERMISSION } from "../../things.ts";

const HEADER = "X-D1-Bookmark";

let replica: ReplicatedDatabase;
let me: Account;
beforeEach(async () => {
  me = await createAccount({ role: "admin" });
  replica = await createReplica();
});

/** The bookmark of the replica's state, as a client has it that last read there. */
async function replicaBookmark(): Promise<string> {
  await replica.sync();
  const response = await send("/api/things", { headers: me.headers }, replica);
  await replica.sync();
  return response.headers.get(HEADER) ?? "";
}

const titlesOf = async (response: Response) =>
  (await response.json<{ items: { title: string }[] }>()).items.map(({ title }) => title);

const list = (bookmark: string, account: Account = me) =>
  send("/api/things", { headers: { ...account.headers, [HEADER]: bookmark } }, replica);

describe("a client of the API", () => {
  test("reads from the replica with a bookmark that the replica has reached, and from the primary otherwise", async () => {
    const bookmark = await replicaBookmark();
    await sendJson("POST", "/api/things", { title: "new" }, me.headers);
    expect(await titlesOf(await list(bookmark))).toEqual([]);
    expect(replica.reads()).toBeGreaterThan(0);
    const before = replica.reads();
    expect(await titlesOf(await send("/api/things", { headers: me.headers }, replica))).toEqual(["new"]);
    expect(replica.reads()).toBe(before);
  });

  test("sees its own writes with the bookmark of the response, however far the replica lags", async () => {
    let bookmark = await replicaBookmark();
    for (const title of ["first", "second"]) {
      const headers = { ...me.headers, [HEADER]: bookmark };
      const written = await sendJson("POST", "/api/things", { title }, headers, replica);
      bookmark = written.headers.get(HEADER) ?? "";
      const read = await list(bookmark);
      expect(await titlesOf(read)).toContain(title);
      bookmark = read.headers.get(HEADER) ?? "";
    }
  });

  test("never goes back behind a state that it has seen", async () => {
    const old = await replicaBookmark();
    await sendJson("POST", "/api/things", { title: "of another client" }, me.headers);
    const seen = await send("/api/things", { headers: me.headers }, replica);
    expect(await titlesOf(await list(seen.headers.get(HEADER) ?? ""))).toEqual(["of another client"]);
    expect(await titlesOf(await list(old))).toEqual([]);
  });

  test("reads from the primary after the replica has failed once", async () => {
    const bookmark = await replicaBookmark();
    await sendJson("POST", "/api/things", { title: "new" }, me.headers);
    replica.fail(new Error("D1_ERROR: Network connection lost."));
    const response = await list(bookmark);
    expect([response.status, await titlesOf(response)]).toEqual([200, ["new"]]);
  });
});

describe("a browser", () => {
  test("sees its own writes by its cookie", async () => {
    const browser = await openBrowser(me);
    let bookmark = (await replicaBookmark()) || "none";
    const cookies = () => ({ ...browser.headers, Cookie: `${browser.headers.Cookie}; __Host-bookmark=${bookmark}` });
    const remember = (response: Response) => {
      const [cookie] = response.headers.getSetCookie().filter((line) => line.startsWith("__Host-bookmark="));
      bookmark = /=([^;]*)/.exec(cookie ?? "")?.[1] ?? bookmark;
      return response;
    };
    const before = replica.reads();
    remember(await send("/things", { headers: cookies() }, replica));
    expect(replica.reads()).toBeGreaterThan(before);
    const body = new URLSearchParams({ csrf: browser.csrf, title: "Written just now" });
    const written = await send("/things", { method: "POST", headers: cookies(), body }, replica);
    expect(remember(written).status).toBe(303);
    expect(await (await send("/things", { headers: cookies() }, replica)).text()).toContain("Written just now");
  });

  test("gets the cookie with the attributes of the session's", async () => {
    const response = await submit(await openBrowser(me), "/things", { title: "x" });
    const [cookie] = response.headers.getSetCookie().filter((line) => line.startsWith("__Host-bookmark="));
    expect(cookie).toMatch(/; HttpOnly; Max-Age=86400; Path=\/; SameSite=Lax; Secure$/);
  });

  test("keeps the bookmark of its own write when the response to an earlier read arrives later", async () => {
    const browser = await openBrowser(me);
    const Cookie = `${browser.headers.Cookie}; __Host-bookmark=${await replicaBookmark()}`;
    const read = await send("/things", { headers: { ...browser.headers, Cookie } }, replica);
    expect([read.status, read.headers.getSetCookie()]).toEqual([200, []]);
  });

  test("gets a new cookie in place of a malformed one", async () => {
    const { headers } = await openBrowser(me);
    const Cookie = `${headers.Cookie}; __Host-bookmark=garbage`;
    const response = await send("/things", { headers: { ...headers, Cookie } }, replica);
    expect(response.headers.getSetCookie().join()).toMatch(/__Host-bookmark=[0-9a-f]{8}-/);
  });

  test("gets none as a visitor without cookies", async () => {
    expect((await send("/things/about")).headers.getSetCookie()).toEqual([]);
  });
});

const MALFORMED = [
  "garbage",
  "first-primary",
  "first-unconstrained",
  "",
  "ffff",
  "00000001-00000002-00000003-0000000000000000000000000000000",
  "00000001-00000002-00000003-000000000000000000000000000000000",
  "0000000A-00000002-00000003-00000000000000000000000000000000",
  "00000001-00000002-00000003-00000000000000000000000000000000 ",
  "00000001-00000002-00000003-00000000000000000000000000000000, x",
];

test.each(MALFORMED)("the malformed bookmark %j never reaches the database", async (bookmark) => {
  const trimmed = bookmark.trim();
  const isWellFormed = /^[0-9a-f]{8}(-[0-9a-f]{8}){2}-[0-9a-f]{32}$/.test(trimmed);
  await list(bookmark);
  const cookie = `__Host-session=x; __Host-bookmark=${encodeURIComponent(bookmark)}`;
  await send("/things", { headers: { Cookie: cookie, Accept: "text/html" } }, replica);
  const given = replica.constraints.filter((constraint) => constraint !== "first-primary");
  expect(given.filter((constraint) => !isWellFormed || constraint !== trimmed)).toEqual([]);
});

describe("requests that change state or open a socket read from the primary, whatever bookmark they carry", () => {
  const requests: Readonly<Record<string, RequestInit>> = {
    POST: { method: "POST", body: '{"title":"x"}', headers: { "Content-Type": "application/json" } },
    DELETE: { method: "DELETE" },
    "GET with Upgrade": { headers: { Upgrade: "websocket" } },
  };
  test.each(Object.entries(requests))("%s", async (_, init) => {
    const bookmark = await replicaBookmark();
    const before = replica.reads();
    await send("/api/things", { ...init, headers: { ...init.headers, ...me.headers, [HEADER]: bookmark } }, replica);
    expect(replica.reads()).toBe(before);
  });
});

describe("a credential that the replica does not know is looked up at the primary", () => {
  test.each(["token", "session", "key"])("%s", async (kind) => {
    const bookmark = await replicaBookmark();
    const other = await createAccount();
    const headers = {
      token: async () => other.headers,
      session: async () => (await openBrowser(other)).headers,
      key: async () => ({ "X-API-Key": (await createKey(other, [PERMISSION, WRITE_PERMISSION])).key }),
    }[kind];
    const init = { headers: { ...(await headers?.()), [HEADER]: bookmark } };
    expect((await send("/api/things", init, replica)).status).toBe(200);
  });
});

const resolve = () => new Response("secret");
const guarded: TestApp = createApp([
  route.get("/api/role", { guards: [requireAuth, requireRole("admin")], resolve }),
  route.get("/api/recent", { guards: [requireAuth, requireRecentSignIn], resolve }),
  route.get("/api/download", { guards: [requireAuth, requireCurrentSession], resolve }),
  route.get("/api/plain", { guards: [requireAuth], resolve }),
]);

describe("decisions that need the latest state", () => {
  const ask = (path: string, bookmark: string) =>
    sendTo(guarded, path, { headers: { ...me.headers, [HEADER]: bookmark } }, replica);

  test("a demoted administrator is refused at once, although the replica still says administrator", async () => {
    const bookmark = await replicaBookmark();
    expect((await ask("/api/role", bookmark)).status).toBe(200);
    await env.DB.prepare("UPDATE users SET role = 'user' WHERE id = ?").bind(me.user.id).run();
    expect((await ask("/api/role", bookmark)).status).toBe(403);
  });

  test("a session that has ended is refused at once there, and elsewhere as soon as the replica has its end", async () => {
    const bookmark = await replicaBookmark();
    await env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(me.user.id).run();
    for (const path of ["/api/role", "/api/recent", "/api/download"])
      expect([path, (await ask(path, bookmark)).status]).toEqual([path, 401]);
    expect((await ask("/api/plain", bookmark)).status).toBe(200);
    await replica.sync();
    expect((await ask("/api/plain", bookmark)).status).toBe(401);
  });

  test("a password that was confirmed long ago counts by the latest state", async () => {
    const bookmark = await replicaBookmark();
    await env.DB.prepare("UPDATE sessions SET authenticated_at = 0 WHERE user_id = ?").bind(me.user.id).run();
    expect((await ask("/api/recent", bookmark)).status).toBe(403);
  });

  test("every response that hands out stored bytes to a user stands behind such a guard", () => {
    const bytes = app.handlers.filter(({ responses, guards = [] }) => {
      const body = responses?.[200];
      const { mediaTypes = ["application/json"] } = body instanceof z.ZodType ? bodyDescriptionOf(body) : {};
      return guards.some(({ name }) => name === "requireAuth") && !mediaTypes.includes("application/json");
    });
    expect(bytes.length).toBeGreaterThan(0);
    for (const { path, guards = [] } of bytes)
      expect([path, guards.map(({ name }) => name)]).toEqual([path, expect.arrayContaining(["requireCurrentSession"])]);
  });
});

test("a response that caches share carries no bookmark", async () => {
  const shared = createApp([
    route.get("/shared", {
      guards: [loadSession],
      resolve: async ({ locals }) => {
        await locals.db.prepare("SELECT 1").first();
        return new Response("x", { headers: { "Cache-Control": "public, max-age=60" } });
      },
    }),
  ]);
  const { headers } = await sendTo(shared, "/shared", { headers: (await openBrowser(me)).headers }, replica);
  expect([headers.get(HEADER), headers.getSetCookie()]).toEqual([null, []]);
});
