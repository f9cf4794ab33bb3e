/** Error pages: in the visitor's own layout, with the status and headers of the refusal, and with the text of a form. */
import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import type { Env } from "../../src/env.ts";
import { requireAuth } from "../../src/identity/guards/require-auth.ts";
import { requireCsrf } from "../../src/identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../src/identity/guards/require-csrf-token.ts";
import { requireRole } from "../../src/identity/guards/require-role.ts";
import { commonLimits } from "../../src/identity/limits.ts";
import { sessionPage } from "../../src/identity/scope.ts";
import { loadSession } from "../../src/identity/sessions/page-session.ts";
import { rateLimit } from "../../src/limits/rate-limit.ts";
import { group, route } from "../../src/web/app/scope.ts";
import { requireForm } from "../../src/web/guards/require-form.ts";
import { refuse } from "../../src/web/respond/refuse.ts";
import { databaseWith } from "../databases.ts";
import { createAccount, createApp, newAddress, openBrowser, sendTo, unreadable } from "../harness.ts";
import { BROKEN, countQueries, countRulings } from "./limits/counting.ts";

vi.spyOn(console, "log").mockImplementation(() => {});
vi.spyOn(console, "error").mockImplementation(() => {});
afterEach(() => void vi.clearAllMocks());

const form = z.object({
  title: z.string().min(1).max(200),
  body: z.string().optional().meta({ title: "Text of the thing" }),
  version: z.string().regex(/^\d+$/).optional(),
  submission: z.uuid().optional(),
  accountId: z.string().optional(),
  password: z.string().optional(),
  resetToken: z.string().optional(),
  days: z.enum(["7", "30"]).optional(),
});

const requireText = requireForm(64 * 1024, form);
const forms = [requireCsrf, requireText, requireCsrfToken] as const;
const limit = (name: string) =>
  rateLimit({ name, limit: 1, windowSeconds: 60, key: () => "all", whenUnavailable: "deny" });
const once = limit("once");
const ok = () => new Response("ok");
const broken = (): never => {
  throw new Error("broken");
};

const app = createApp(
  [
    group({
      guards: [...commonLimits],
      handlers: [
        route.get("/login", { resolve: ok }),
        route.get("/open", { resolve: (c) => refuse(c, 404, "There is no such thing.") }),
        route.get("/lost", { resolve: broken }),
        route.get("/limited", { guards: [once], resolve: ok }),
        route.get("/unavailable", { guards: [limit("unavailable")], resolve: ok }),
      ],
    }),
    group({
      guards: [...commonLimits, loadSession],
      handlers: [
        sessionPage.route.get("/missing", { resolve: (c) => refuse(c, 404, "There is no such thing.") }),
        sessionPage.route.get("/bad", { resolve: (c) => refuse(c, 400, "The page must be a number.") }),
        sessionPage.route.get("/role", { guards: [requireAuth, requireRole("admin")], resolve: ok }),
        sessionPage.route.get("/broken", { resolve: broken }),
        sessionPage.route.get("/ownerless", { resolve: () => Promise.reject(new Error("the owner does not exist")) }),
        sessionPage.route.get("/away", {
          resolve: () => Promise.reject(new Error("D1_ERROR: D1 DB is overloaded. Requests queued for too long.")),
        }),
        sessionPage.route.post("/logout", { resolve: ok }),
        sessionPage.route.post("/open-form", {
          guards: [requireText],
          resolve: (c) => refuse(c, 409, "It was changed."),
        }),
        sessionPage.route.post("/broken-form", { guards: [requireText], resolve: broken }),
        sessionPage.route.post("/form", { guards: [requireAuth, ...forms], resolve: ok }),
        sessionPage.route.post("/limited-form", { guards: [once, ...forms], resolve: ok }),
      ],
    }),
  ],
  {
    page: { label: "Things", path: "/missing", for: "user" },
    paths: { signIn: "/login", signOut: "/logout" },
  },
);

type Who = "visitor" | "user" | "admin";
const NAMES = { visitor: "", user: "Uma User", admin: "Ada Admin" } as const;

const send = (path: string, init: RequestInit = {}, bindings: Partial<Env> = {}) => sendTo(app, path, init, bindings);

async function headersOf(who: Who): Promise<Record<string, string>> {
  if (who === "visitor") return { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  return { ...(await openBrowser(await createAccount({ name: NAMES[who], role: who }))).headers };
}

/** @returns The visitor whose navigation a page shows. */
function navigationOf(text: string): Who | "none" {
  const who = (["user", "admin"] as const).find((each) => text.includes(NAMES[each]));
  expect(text.includes('action="/logout"')).toBe(who !== undefined);
  const header = text.slice(text.indexOf("<body"), text.indexOf("<main"));
  expect(header.includes("Things")).toBe(who !== undefined);
  return who ?? (header.includes('href="/login"') ? "visitor" : "none");
}

const ID = "request-id-of-this-test";

describe.each(["visitor", "user", "admin"] as const)("a %s who is refused", (who) => {
  const CASES: [kind: string, method: string, path: string, status: number, header?: [string, string]][] = [
    ["at no address", "GET", "/none", 404],
    ["with another method", "PUT", "/missing", 405, ["Allow", "GET, HEAD, OPTIONS"]],
    ["by a handler", "GET", "/missing", 404],
    ["by a handler without a session", "GET", "/open", 404],
    ["for invalid input", "GET", "/bad", 400],
    ["by an error", "GET", "/broken", 500],
    ["by a failing platform", "GET", "/away", 503, ["Retry-After", "5"]],
  ];

  test.each(CASES)("%s sees the error page in their own layout: %s %s", async (_, method, path, status, header) => {
    const headers = { ...(await headersOf(who)), "X-Request-Id": ID };
    const response = await send(path, { method, headers });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([status, "text/html; charset=utf-8"]);
    expect(response.headers.get("Content-Security-Policy")).toContain("default-src 'none'");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    if (header) expect(response.headers.get(header[0])).toBe(header[1]);
    const text = await response.text();
    expect(navigationOf(text)).toBe(who);
    expect(text).toContain(ID);
    expect(text.includes(`href="${path}">Try again`)).toBe(status >= 500);
    if (method !== "GET") return;
    const head = await send(path, { method: "HEAD", headers });
    expect([head.status, head.headers.get("Content-Type"), await head.text()]).toEqual([
      status,
      "text/html; charset=utf-8",
      "",
    ]);
  });

  test("is a problem for HTMX, for a client of the API, and under /api/", async () => {
    const headers = await headersOf(who);
    for (const [path, given] of [
      ["/missing", { "HX-Request": "true" }],
      ["/missing", { Accept: "application/json" }],
      ["/api/none", {}],
    ] as const) {
      const response = await send(path, { headers: { ...headers, ...given } });
      expect([response.status, response.headers.get("Content-Type")]).toEqual([404, "application/problem+json"]);
      expect(response.headers.get("HX-Reswap")).toBe("HX-Request" in given ? "none" : null);
    }
  });
});

test("a user whom a guard denies sees the error page with their own navigation; an administrator sees the content", async () => {
  const response = await send("/role", { headers: await headersOf("user") });
  expect([response.status, navigationOf(await response.text())]).toEqual([403, "user"]);
  expect((await send("/role", { headers: await headersOf("admin") })).status).toBe(200);
});

test("a user whose account was deleted during the request sees the page of a visitor, with a link to sign in", async () => {
  const response = await send("/ownerless", { headers: await headersOf("user") });
  const text = await response.text();
  expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  expect([navigationOf(text), text.includes('href="/login?next=')]).toEqual(["visitor", true]);
});

describe("a body over the limit of a form", () => {
  test.each(["visitor", "user"] as const)("is 413 for a %s, in their own layout", async (who) => {
    const body = new URLSearchParams({ title: "x".repeat(65 * 1024) });
    const response = await send("/open-form", { method: "POST", headers: await headersOf(who), body });
    expect([response.status, navigationOf(await response.text())]).toEqual([413, who]);
  });
});

describe("an error page that must cost nothing", () => {
  /** Sends a request, and counts its statements and its calls of the rate limiter. */
  async function countCalls(path: string, headers: Record<string, string>, bindings: Partial<Env> = {}) {
    const [{ DB, queries }, { RATE_LIMITER, rulings }] = [countQueries(), countRulings()];
    const response = await send(path, { headers }, { DB, RATE_LIMITER, ...bindings });
    return { response, queries: queries(), rulings: rulings() };
  }

  test("a 429 page needs the same calls as a 429 problem, and shows the navigation if the user is known", async () => {
    const headers = await headersOf("user");
    await send("/limited", { headers });
    const page = await countCalls("/limited", headers);
    const problem = await countCalls("/limited", { ...headers, Accept: "application/json" });
    expect([page.response.status, page.response.headers.get("Retry-After")]).toEqual([429, expect.any(String)]);
    expect([page.queries, page.rulings]).toEqual([problem.queries, problem.rulings]);
    expect(navigationOf(await page.response.text())).toBe("user");
  });

  test("429 from the first guard calls nothing at all, not even for the manifest", async () => {
    const ADDRESS_LIMIT: RateLimit = { limit: async () => ({ success: false }) };
    const get = vi.fn();
    const ASSET_MANIFEST = { get } as unknown as KVNamespace;
    const headers = await headersOf("user");
    for (const [path, status] of [
      ["/missing", 429],
      ["/open", 429],
    ] as const) {
      const { response, queries, rulings } = await countCalls(path, headers, { ADDRESS_LIMIT, ASSET_MANIFEST });
      expect([response.status, queries, rulings, get.mock.calls]).toEqual([status, 0, 0, []]);
      expect(navigationOf(await response.text())).toBe("none");
    }
    const visitor = await countCalls("/missing", await headersOf("visitor"), { ADDRESS_LIMIT, ASSET_MANIFEST });
    expect(get.mock.calls).toEqual([]);
    expect(navigationOf(await visitor.response.text())).toBe("visitor");
  });

  test("404 without a route checks the limit of addresses before it looks up a session", async () => {
    const headers = await headersOf("user");
    const ADDRESS_LIMIT: RateLimit = { limit: async () => ({ success: false }) };
    const flood = await countCalls("/none", headers, { ADDRESS_LIMIT });
    expect([flood.response.status, flood.queries, navigationOf(await flood.response.text())]).toEqual([404, 0, "none"]);
    const visitor = await countCalls("/none", await headersOf("visitor"));
    expect([visitor.queries, navigationOf(await visitor.response.text())]).toEqual([0, "visitor"]);
  });

  test("500 and 503 do not look up a session", async () => {
    const headers = await headersOf("user");
    const page = await countCalls("/lost", headers);
    const problem = await countCalls("/lost", { ...headers, Accept: "application/json" });
    expect([page.response.status, page.queries]).toEqual([500, problem.queries]);
    const response = await send("/unavailable", { headers }, BROKEN);
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(navigationOf(await response.text())).toBe("user");
  });
});

describe("the page without navigation is shown with the status of the refusal", () => {
  const noDatabase = { DB: databaseWith({ prepare: () => broken() }) };
  const noManifest = { ASSET_MANIFEST: { get: broken } as unknown as KVNamespace };

  test.each([
    ["/none", 404, noDatabase, "none"],
    ["/missing", 500, noDatabase, "none"],
    ["/none", 404, noManifest, "user"],
    ["/missing", 404, noManifest, "user"],
    ["/broken", 500, noManifest, "user"],
    ["/missing", 500, { TOKEN_KEYS: "nonsense" }, "none"],
  ] as const)("GET %s is %i with %o", async (path, status, bindings, navigation) => {
    const response = await send(path, { headers: await headersOf("user") }, bindings);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([status, "text/html; charset=utf-8"]);
    const text = await response.text();
    expect([navigationOf(text), text.includes("Go to the home page")]).toEqual([navigation, true]);
  });

  test("also if the session cannot be saved", async () => {
    const headers = await headersOf("user");
    const saving = createApp([
      group({
        guards: [...commonLimits, loadSession],
        handlers: [
          sessionPage.route.get("/data", {
            resolve: ({ locals }) => {
              locals.session.set("key", "value");
              return ok();
            },
          }),
        ],
      }),
    ]);
    const prepare = (sql: string) => (sql.startsWith("UPDATE sessions") ? broken() : env.DB.prepare(sql));
    const response = await sendTo(saving, "/data", { headers }, { DB: databaseWith({ prepare }) });
    expect([response.status, response.headers.get("Content-Type")]).toEqual([500, "text/html; charset=utf-8"]);
  });
});

test("a stored file that is a problem stays a file", async () => {
  const headers = { "Content-Type": "application/problem+json" };
  const files = createApp([route.get("/file", { resolve: () => Response.json({ a: 1 }, { headers }) })]);
  const response = await sendTo(files, "/file", { headers: { Accept: "text/html" } });
  expect(await response.json()).toEqual({ a: 1 });
});

const HOSTILE = '\n  <b>"Tea" & more\u202e\r\nsecond line';
const FIELDS = {
  title: "A title",
  body: HOSTILE,
  version: "17",
  submission: "0190a1b2-0000-7000-8000-000000000000",
  accountId: "secret-id",
  password: "secret password",
  resetToken: "secret-token",
  days: "30",
  csrf: "secret-csrf",
  unknown: "secret unknown",
};

/** The texts in the text areas of a page, by their labels. */
function typedIn(page: string): Record<string, string> {
  const areas = page.matchAll(
    /<label for="([^"]+)">([^<]+)<\/label>\s*<textarea id="\1"[^>]* readonly>\n([^<]*)<\/textarea>/g,
  );
  const decode = (text: string) =>
    text.replace(
      /&(lt|gt|quot|#39|amp);/g,
      (_, name) => ({ lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" })[name as "lt"],
    );
  return Object.fromEntries([...areas].map(([, , label, text]) => [label, decode(text ?? "")]));
}

const TYPED = { Title: FIELDS.title, "Text of the thing": HOSTILE };

const post = (
  path: string,
  headers: Record<string, string>,
  body: BodyInit = new URLSearchParams(FIELDS),
  bindings = {},
) => send(path, { method: "POST", headers: { ...headers }, body }, bindings);

async function endedSession(): Promise<Record<string, string>> {
  const account = await createAccount();
  const { headers } = await openBrowser(account);
  await env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(account.user.id).run();
  return { ...headers };
}

describe("a form whose session has ended", () => {
  test.each([
    ["ended elsewhere", endedSession],
    ["expired in the browser", () => headersOf("visitor")],
  ] as const)("%s is 401, with everything that was typed and nothing else, and the way to sign in", async (_, make) => {
    const headers = { ...(await make()), Referer: "http://localhost/missing?q=a%20b" };
    const response = await post("/form", headers);
    expect([response.status, response.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
    const text = await response.text();
    expect(typedIn(text)).toEqual(TYPED);
    expect(text).not.toMatch(/secret|0190a1b2/);
    expect(text).toContain("Your session has ended, so this form was not accepted.");
    expect(text).toContain(`href="/login?next=%2Fmissing%3Fq%3Da%2520b"`);
    expect(navigationOf(text)).toBe("visitor");
  });

  test.each([undefined, "https://other.example/x", "nonsense", "http://localhost//other.example"])(
    "leads to the first page if the form's page is %s",
    async (Referer) => {
      const response = await post("/form", { ...(await headersOf("visitor")), ...(Referer && { Referer }) });
      expect(await response.text()).toContain('href="/login?next=%2Fmissing"');
    },
  );

  const large = () => new Blob([`title=${"x".repeat(257 * 1024)}`], { type: "application/x-www-form-urlencoded" });
  test.each<[string, Record<string, string>, () => BodyInit]>([
    ["from another site", { "Sec-Fetch-Site": "cross-site" }, () => new URLSearchParams(FIELDS)],
    ["of more than 256 KiB", {}, large],
    ["with an encoded body", { "Content-Encoding": "gzip" }, () => new URLSearchParams(FIELDS)],
    ["of another type", { "Content-Type": "text/plain" }, () => "title=x"],
    ["whose body breaks off", { "Content-Type": "application/x-www-form-urlencoded" }, unreadable],
    ["without text", {}, () => new URLSearchParams({ csrf: "secret", title: " " })],
  ])("%s shows no text", async (_, given, body) => {
    const response = await post("/form", { ...(await headersOf("visitor")), ...given }, body());
    const text = await response.text();
    expect([response.status, typedIn(text), text.includes("Your text")]).toEqual([401, {}, false]);
  });

  test("is a redirect for HTMX", async () => {
    const headers = { ...(await endedSession()), "HX-Request": "true", "HX-Current-URL": "http://localhost/missing" };
    const response = await post("/form", headers);
    expect([response.status, response.headers.get("HX-Redirect")]).toEqual([401, "/login?next=%2Fmissing"]);
  });
});

describe("the page of every other refused form shows its text, too", () => {
  test.each([
    ["/form", 403, "user", "the token of another session"],
    ["/open-form", 409, "user", "a handler"],
    ["/open-form", 409, "visitor", "a handler"],
    ["/broken-form", 500, "user", "an error"],
    ["/none", 404, "user", "no address"],
  ] as const)("%s with %i for a %s, by %s", async (path, status, who, _) => {
    const response = await post(path, await headersOf(who));
    const text = await response.text();
    expect([response.status, typedIn(text)]).toEqual([status, path === "/none" ? {} : TYPED]);
    expect(navigationOf(text)).toBe(who);
  });

  test("except a form over a rate limit, so that a flood causes no body to be read", async () => {
    const headers = { ...(await headersOf("user")), "CF-Connecting-IP": newAddress() };
    await send("/limited", { headers });
    const body = new ReadableStream({ pull: () => expect.fail("The body was read") }, { highWaterMark: 0 });
    const type = { "Content-Type": "application/x-www-form-urlencoded" };
    const response = await post("/limited-form", { ...headers, ...type }, body);
    expect([response.status, typedIn(await response.text())]).toEqual([429, {}]);
  });
});
