import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { createEmailToken } from "../../../src/identity/tokens/email-tokens.ts";
import type { Role, User } from "../../../src/identity/users/user.ts";
import { renameUser } from "../../../src/identity/users/users.ts";
import { type Account, createAccount, createKey, openBrowser, PERMISSION, send, sendJson } from "../../harness.ts";
import { post } from "../../identity/credential-app.ts";

interface Page {
  readonly items: User[];
  readonly nextCursor: string | null;
  readonly previousCursor: string | null;
}

type Headers = Readonly<Record<string, string>>;

/** An administrator of each test's own. */
let admin: Account;
beforeEach(async () => {
  admin = await createAccount({ role: "admin" });
});

const list = async (query: Record<string, string>) => {
  const response = await send(`/api/admin/users?${new URLSearchParams(query)}`, { headers: admin.headers });
  expect(response.status).toBe(200);
  return response.json<Page>();
};
const patch = (id: string, body: unknown, { headers }: Pick<Account, "headers"> = admin) =>
  sendJson("PATCH", `/api/admin/users/${id}`, body, headers);
const remove = (id: string, { headers }: Pick<Account, "headers"> = admin) =>
  send(`/api/admin/users/${id}`, { method: "DELETE", headers });
const statusFor = async (headers: Headers, path = "/api/admin/users") => (await send(path, { headers })).status;
const roleOf = ({ user }: Account) => env.DB.prepare("SELECT role FROM users WHERE id = ?").bind(user.id).first("role");
/** An id as it can stand in a path. */
const spellingsOf = ({ user: { id } }: Account) => [
  id,
  id.toUpperCase(),
  `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`,
];
const keyOf = async (account: Account) => ({ "X-API-Key": (await createKey(account, [PERMISSION])).key });

describe("the routes of administrators", () => {
  const routes = ["GET /api/admin/users", "PATCH /api/admin/users/:id", "DELETE /api/admin/users/:id"];
  test.each(routes)(
    "%s responds with 401 to strangers, and with 403 to users and to API keys, even an administrator's",
    async (route) => {
      const [victim, user] = [await createAccount(), await createAccount()];
      const [method = "", path = ""] = route.split(" ");
      const body = method === "PATCH" ? { body: '{"role":"admin"}' } : {};
      const callers: [Headers, number][] = [
        [{}, 401],
        [user.headers, 403],
        [(await openBrowser(user)).headers, 403],
        [await keyOf(user), 403],
        [await keyOf(admin), 403],
      ];
      for (const [caller, status] of callers) {
        const headers = { "Content-Type": "application/json", ...caller };
        expect((await send(path.replace(":id", victim.user.id), { method, headers, ...body })).status).toBe(status);
      }
      expect(await roleOf(victim)).toBe("user");
    },
  );
});

describe("GET /api/admin/users", () => {
  test("lists whole accounts without their passwords, and no cache stores the list", async () => {
    const { user } = await createAccount();
    expect((await list({ q: user.email })).items).toEqual([user]);
    const response = await send("/api/admin/users", { headers: admin.headers });
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.text()).not.toMatch(/scrypt|hash|folded/i);
  });

  test("finds a literal part of a name or an address, in any case", async () => {
    const mark = crypto.randomUUID();
    const { user } = await createAccount({ name: `ÅSA Ünïcøde ДАША 100%_ ${mark}` });
    for (const part of ["åsa", "ÜNÏCØDE", "даша 1", "100%_ "]) {
      const found = (await list({ q: part, limit: "100" })).items.map(({ id }) => id);
      expect([part, found]).toEqual([part, expect.arrayContaining([user.id])]);
    }
    expect((await list({ q: user.email.toUpperCase() })).items).toEqual([user]);
    for (const part of [`%${mark}`, `1__% ${mark}`, `${mark}'`, `x${mark}`])
      expect((await list({ q: part })).items).toEqual([]);
  });

  test("finds a Greek name by a part of it in capitals that ends in Σ, which has two small forms", async () => {
    const { user } = await createAccount({ name: "Σίσυφος" });
    for (const q of ["σίσυφος", "ΣΊΣΥΦΟΣ", "Σίσ", "ΣΊΣ"]) expect([q, (await list({ q })).items]).toEqual([q, [user]]);
  });

  test("finds a user by a changed name", async () => {
    const [before, after] = [crypto.randomUUID(), crypto.randomUUID()];
    const { user } = await createAccount({ name: before });
    await renameUser(env.DB, user, after);
    expect((await list({ q: after })).items).toEqual([{ ...user, name: after }]);
    expect((await list({ q: before })).items).toEqual([]);
  });

  test("gives pages, the newest first, each account once", async () => {
    const mark = crypto.randomUUID();
    for (const name of ["1", "2", "3", "4", "5"]) await createAccount({ name: `${mark} ${name}` });
    const names: string[][] = [];
    let next: { cursor?: string } | undefined = {};
    while (next) {
      const page: Page = await list({ q: mark, limit: "2", ...next });
      names.push(page.items.map(({ name }) => name.slice(mark.length + 1)));
      next = page.nextCursor === null ? undefined : { cursor: page.nextCursor };
    }
    expect(names).toEqual([["5", "4"], ["3", "2"], ["1"]]);
  });

  test("filters and orders, and leads to the previous page", async () => {
    const mark = crypto.randomUUID();
    for (const name of ["1", "2", "3"]) await createAccount({ name: `${mark} ${name}`, emailVerified: name !== "2" });
    await createAccount({ name: `${mark} 4`, role: "admin" });
    const find = async (query: Record<string, string>) => {
      const { items, ...cursors } = await list({ q: mark, ...query });
      return { names: items.map(({ name }) => name.slice(mark.length + 1)).join(), ...cursors };
    };
    const found = async (query: Record<string, string>) => (await find(query)).names;
    expect(await found({ order: "oldest" })).toBe("1,2,3,4");
    expect(await found({ role: "admin", emailVerified: "" })).toBe("4");
    expect(await found({ role: "user", emailVerified: "true" })).toBe("3,1");
    expect(await found({ emailVerified: "false", order: "newest" })).toBe("2");
    const first = await find({ limit: "3" });
    const second = await find({ limit: "3", cursor: first.nextCursor ?? "" });
    expect([first.names, first.previousCursor, second.names]).toEqual(["4,3,2", null, "1"]);
    expect(await find({ limit: "3", cursor: second.previousCursor ?? "" })).toEqual(first);
  });

  test.each([
    "limit=0",
    "limit=101",
    "limit=x",
    "cursor=x",
    "role=owner",
    "emailVerified=1",
    "order=name",
    `q=${"a".repeat(201)}`,
    "q=%00",
  ])("refuses %s with 400", async (query) => {
    expect(await statusFor(admin.headers, `/api/admin/users?${query}`)).toBe(400);
  });
});

describe("PATCH /api/admin/users/:id", () => {
  test("changes the role from the very next request on, with the old access token and the old cookie", async () => {
    const account = await createAccount();
    const browser = await openBrowser(account);
    for (const [role, status] of [
      ["admin", 200],
      ["user", 403],
      ["admin", 200],
    ] as const) {
      const response = await patch(account.user.id, { role });
      expect([response.status, await response.json()]).toEqual([200, { ...account.user, role }]);
      expect(await statusFor(account.headers)).toBe(status);
      expect(await statusFor(browser.headers)).toBe(status);
    }
  });

  test("is refused for oneself, however the path spells the id", async () => {
    for (const id of spellingsOf(admin)) expect((await patch(id, { role: "user" })).status).toBe(403);
    expect(await roleOf(admin)).toBe("admin");
  });

  test.each([
    { role: "owner" },
    { role: "Admin" },
    { role: "" },
    { role: null },
    { role: ["admin"] },
    {},
    { role: "admin", name: "x" },
  ])("refuses %j with 400", async (body) => {
    const account = await createAccount();
    expect((await patch(account.user.id, body)).status).toBe(400);
    expect(await roleOf(account)).toBe("user");
  });

  test.each(["unknown", "0190a0c4-0000-7000-8000-000000000000", "' OR 1=1 --"])(
    "responds with 404 for %j",
    async (id) => {
      const account = await createAccount();
      expect((await patch(id, { role: "admin" })).status).toBe(404);
      expect((await remove(id)).status).toBe(404);
      expect(await roleOf(account)).toBe("user");
    },
  );
});

describe("DELETE /api/admin/users/:id", () => {
  test("ends token, cookie and key from the very next request on", async () => {
    const account = await createAccount();
    const callers = [account.headers, (await openBrowser(account)).headers, await keyOf(account)];
    for (const headers of callers) expect(await statusFor(headers, "/api/things")).toBe(200);
    expect((await remove(account.user.id)).status).toBe(204);
    for (const headers of callers) expect(await statusFor(headers, "/api/things")).toBe(401);
    const { refreshToken } = account;
    expect((await post("/refresh", { refreshToken })).status).toBe(401);
    expect((await remove(account.user.id)).status).toBe(404);
  });

  test("removes everything that belonged to the user, and nothing of others", async () => {
    const [account, other] = [
      await createAccount({ emailVerified: false }),
      await createAccount({ emailVerified: false }),
    ];
    for (const owner of [account, other]) {
      await openBrowser(owner);
      await keyOf(owner);
      await createEmailToken(env.DB, owner.user.id, "verify");
    }
    const tables = { sessions: 2, api_keys: 1, email_tokens: 1 };
    const countsOf = async ({ user }: Account) => {
      const counted = Object.keys(tables).map(async (table) => [
        table,
        await env.DB.prepare(`SELECT count(*) AS n FROM ${table} WHERE user_id = ?`).bind(user.id).first("n"),
      ]);
      return Object.fromEntries(await Promise.all(counted));
    };
    expect(await countsOf(account)).toEqual(tables);
    expect((await remove(account.user.id)).status).toBe(204);
    expect(await countsOf(account)).toEqual({ sessions: 0, api_keys: 0, email_tokens: 0 });
    expect(await countsOf(other)).toEqual(tables);
  });

  test("removes the responses that were recorded for the user's idempotency keys, since they contain the user's data", async () => {
    const { user, headers } = await createAccount();
    const title = crypto.randomUUID();
    await sendJson("POST", "/api/things", { title }, { ...headers, "Idempotency-Key": "key" });
    const kept = () =>
      env.DB.prepare("SELECT count(*) AS n FROM idempotency_keys WHERE instr(body, ?)").bind(title).first("n");
    expect(await kept()).toBe(1);
    await remove(user.id);
    expect(await kept()).toBe(0);
  });

  test("is refused for oneself, however the path spells the id", async () => {
    for (const id of spellingsOf(admin)) expect((await remove(id)).status).toBe(403);
    expect(await roleOf(admin)).toBe("admin");
  });
});

describe("the last administrator stays", () => {
  const change = {
    demote: (id: string, by: Account) => patch(id, { role: "user" satisfies Role }, by),
    delete: remove,
  };
  test.each([
    ["demote", "demote"],
    ["delete", "delete"],
    ["demote", "delete"],
  ] as const)("when of two each tries to %s and to %s the other at once", { timeout: 60_000 }, async (one, another) => {
    for (let round = 0; round < 20; round++) {
      await env.DB.prepare("UPDATE users SET role = 'user'").run();
      const [a, b] = [await createAccount({ role: "admin" }), await createAccount({ role: "admin" })];
      const responses = await Promise.all([change[one](b.user.id, a), change[another](a.user.id, b)]);
      expect(responses.filter(({ ok }) => ok)).toHaveLength(1);
      // Who is too late is not an administrator any more, or no user, or tries it on the last one.
      for (const { ok, status } of responses) if (!ok) expect([401, 403, 409]).toContain(status);
      expect(await env.DB.prepare("SELECT count(*) AS n FROM users WHERE role = 'admin'").first("n")).toBe(1);
    }
  });
});
