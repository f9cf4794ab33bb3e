/** Guards as apps write them: each reads the request or the locals, and answers with a response of its own. */
import assert from "node:assert/strict";
import { type Context, type GuardFn, headGuard, route, setup } from "../../../src/http/index.ts";
import { send } from "./request.ts";

const refuse = (status: number, error: string, headers: HeadersInit = {}) => ({
  deny: Response.json({ error }, { status, headers }),
});

interface Key {
  readonly owner: string;
  readonly scopes: readonly string[];
  readonly expired?: boolean;
}
const keys: Record<string, Key> = {
  writer: { owner: "ada", scopes: ["notes:write"] },
  reader: { owner: "bob", scopes: ["notes:read"] },
  old: { owner: "eve", scopes: ["notes:write"], expired: true },
};

const requireKey: GuardFn = async (c) => {
  const name = c.request.headers.get("x-api-key");
  if (!name) return refuse(401, "no key");
  const key = await Promise.resolve(keys[name]);
  if (!key) return refuse(401, "unknown key");
  return key.expired ? refuse(401, "expired key") : { allow: true, locals: { owner: key.owner, scopes: key.scopes } };
};

const requireScope =
  (scope: string): GuardFn =>
  (c) =>
    (c.locals.scopes as readonly string[] | undefined)?.includes(scope) ? { allow: true } : refuse(403, scope);

const owners: Record<string, string> = { "1": "ada", "2": "bob" };
const loadOwned =
  (find: (c: Context) => Promise<string | undefined>): GuardFn =>
  async (c) => {
    const owner = await find(c);
    if (!owner) return refuse(404, "not found");
    return owner === c.locals.owner ? { allow: true, locals: { note: c.raw.params.id } } : refuse(403, "not yours");
  };

const requireMediaType = (...types: readonly string[]) =>
  headGuard((c) => {
    const type = c.request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase();
    if (!type) return refuse(400, "no type");
    return types.includes(type) ? { allow: true } : refuse(415, type, { accept: types.join(", ") });
  });

const requireOrigin = (...origins: readonly string[]) =>
  headGuard((c) => {
    const origin = c.request.headers.get("origin");
    return origin === null || origins.includes(origin) ? { allow: true } : refuse(403, origin);
  });

const requireCsrfToken = headGuard((c) => {
  if (["GET", "HEAD"].includes(c.request.method)) return { allow: true };
  const cookie = /(?:^|; )csrf=([^;]+)/.exec(c.request.headers.get("cookie") ?? "")?.[1];
  const isSame = cookie !== undefined && cookie === c.request.headers.get("x-csrf-token");
  return isSame ? { allow: true } : refuse(403, "csrf");
});

function limitRate(max: number, keyOf: (c: Context) => string): GuardFn {
  const counts = new Map<string, number>();
  return (c) => {
    const count = (counts.get(keyOf(c)) ?? 0) + 1;
    counts.set(keyOf(c), count);
    const remaining = max - count;
    return remaining < 0 ? refuse(429, "slow down", { "retry-after": "60" }) : { allow: true, locals: { remaining } };
  };
}

const limitDeclaredSize = (max: number) =>
  headGuard((c) => {
    const declared = c.request.headers.get("content-length");
    if (declared === null) return refuse(411, "no length");
    if (!/^\d+$/.test(declared)) return refuse(400, "bad length");
    return Number(declared) > max ? refuse(413, `over ${max}`) : { allow: true };
  });

/** The method and path, the headers, the status, and the error or, if allowed, some of the locals. */
type Row = readonly [string, Record<string, string>, number, unknown];

async function check(guards: readonly GuardFn[], rows: readonly Row[]): Promise<void> {
  const app = setup([route.all("/notes/:id", { guards, resolve: (c) => Response.json(c.locals) })]);
  for (const [request, headers, status, expected] of rows) {
    const [method = "GET", path = "/"] = request.split(" ");
    const response = await send(app, path, { method, headers });
    const body = method === "HEAD" ? null : await response.json();
    const found = status === 200 ? body : (body as { error: unknown }).error;
    assert.deepEqual([response.status, found], [status, expected], `${request} ${JSON.stringify(headers)}`);
  }
}

const get = "GET /notes/1";
const post = "POST /notes/1";

export const cases: Record<string, () => void | Promise<void>> = {
  "an API key is looked up, may be expired, and carries the scopes that a later guard asks for": async () => {
    await check(
      [requireKey, requireScope("notes:write")],
      [
        [get, {}, 401, "no key"],
        [get, { "x-api-key": "nobody" }, 401, "unknown key"],
        [get, { "x-api-key": "old" }, 401, "expired key"],
        [get, { "x-api-key": "reader" }, 403, "notes:write"],
        [get, { "x-api-key": "writer" }, 200, { owner: "ada", scopes: ["notes:write"] }],
      ],
    );
  },

  "a guard before the one that supplies what it reads denies": async () => {
    await check([requireScope("notes:write"), requireKey], [[get, { "x-api-key": "writer" }, 403, "notes:write"]]);
  },

  "ownership: a guard loads what the path names, compares it with an earlier local, and passes it on": async () => {
    const find = async (c: Context) => owners[c.raw.params.id ?? ""];
    const ada = { "x-api-key": "writer" };
    await check(
      [requireKey, loadOwned(find)],
      [
        ["GET /notes/3", ada, 404, "not found"],
        ["GET /notes/2", ada, 403, "not yours"],
        ["GET /notes/1", ada, 200, { owner: "ada", scopes: ["notes:write"], note: "1" }],
        ["GET /notes/1", {}, 401, "no key"],
      ],
    );
  },

  "a media type is compared without its parameters and without regard to case": async () => {
    await check(
      [requireMediaType("application/json", "text/csv")],
      [
        [post, {}, 400, "no type"],
        [post, { "content-type": "text/html" }, 415, "text/html"],
        [post, { "content-type": "Application/JSON; charset=utf-8" }, 200, {}],
        [post, { "content-type": "text/csv" }, 200, {}],
      ],
    );
  },

  "an origin that is not listed is refused, and a request without one is allowed": async () => {
    await check(
      [requireOrigin("https://a.example")],
      [
        [post, {}, 200, {}],
        [post, { origin: "https://a.example" }, 200, {}],
        [post, { origin: "https://a.example.evil.example" }, 403, "https://a.example.evil.example"],
      ],
    );
  },

  "a CSRF token in a header must match the cookie, except for safe methods": async () => {
    await check(
      [requireCsrfToken],
      [
        [get, {}, 200, {}],
        ["HEAD /notes/1", {}, 200, null],
        [post, {}, 403, "csrf"],
        [post, { "x-csrf-token": "t" }, 403, "csrf"],
        ["DELETE /notes/1", { "x-csrf-token": "t", cookie: "a=b; csrf=u" }, 403, "csrf"],
        [post, { "x-csrf-token": "t", cookie: "a=b; csrf=t" }, 200, {}],
      ],
    );
  },

  "a rate limit counts by a key of its own choice and passes on what remains": async () => {
    const scopes = ["notes:write"];
    await check(
      [requireKey, limitRate(2, (c) => String(c.locals.owner))],
      [
        [get, { "x-api-key": "writer" }, 200, { owner: "ada", scopes, remaining: 1 }],
        [get, { "x-api-key": "writer" }, 200, { owner: "ada", scopes, remaining: 0 }],
        [get, { "x-api-key": "writer" }, 429, "slow down"],
        [get, { "x-api-key": "reader" }, 200, { owner: "bob", scopes: ["notes:read"], remaining: 1 }],
      ],
    );
  },

  "a limit by Content-Length can require the header, and refuses what is no number": async () => {
    await check(
      [limitDeclaredSize(10)],
      [
        [post, { "content-length": "10" }, 200, {}],
        [post, { "content-length": "11" }, 413, "over 10"],
        [post, { "content-length": "-1" }, 400, "bad length"],
        [get, {}, 411, "no length"],
      ],
    );
  },
};
