import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { databaseWith } from "../../databases.ts";
import { type Account, type Browser, createAccount, openBrowser, send, signInResponse, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { followPager } from "../../list-links.ts";

/** An administrator of each test's own, with a browser. */
let admin: Account;
let browser: Browser;
beforeEach(async () => {
  admin = await createAccount({ role: "admin" });
  browser = await openBrowser(admin);
});

const open = (query: Record<string, string> = {}, headers: Record<string, string> = {}) =>
  send(`/admin/users?${new URLSearchParams(query)}`, { headers: { ...browser.headers, ...headers } });
const page = async (query: Record<string, string> = {}) => (await open(query)).text();
const post = ({ user }: Account, action: "role" | "delete", fields: Record<string, string> = {}) =>
  submit(browser, `/admin/users/${user.id}/${action}`, fields);
const roleOf = ({ user }: Account) => env.DB.prepare("SELECT role FROM users WHERE id = ?").bind(user.id).first("role");
const namesIn = (text: string) => [...text.matchAll(/<span class="name"><bdi>([^<]*)/g)].map(([, name]) => name);
const confirmed = "yes";

describe("a user who is not an administrator", () => {
  test("gets 403 as a page, from the list and the forms, and no link in the navigation", async () => {
    const [user, victim] = [await createAccount(), await createAccount()];
    browser = await openBrowser(user);
    for (const response of [
      await open(),
      await post(victim, "role", { role: "admin", confirmed }),
      await post(victim, "delete", { confirmed }),
    ]) {
      expect([response.status, response.headers.get("Content-Type")]).toEqual([403, "text/html; charset=utf-8"]);
    }
    expect(await roleOf(victim)).toBe("user");
    expect(await (await send("/things", { headers: browser.headers })).text()).not.toContain("/admin/users");
  });

  test("is led to the sign-in page without a session", async () => {
    const response = await send("/admin/users?q=a", { headers: { Accept: "text/html" } });
    expect([response.status, response.headers.get("Location")]).toEqual(signInResponse("/admin/users?q=a"));
  });
});

describe("GET /admin/users", () => {
  test("shows the accounts, and for one's own nothing that could be done to it", async () => {
    const { user } = await createAccount({ emailVerified: false, name: "Somebody" });
    const text = await page();
    expect(text).toContain('<a href="/admin/users" aria-current="page">Users</a>');
    for (const shown of [user.email, admin.user.email, "Administrator", "Not confirmed"]) expect(text).toContain(shown);
    expect(text).toContain(`action="/admin/users/${user.id}/delete"`);
    expect(text).not.toContain(`action="/admin/users/${admin.user.id}`);
  });

  test("finds by name and address, with an address that can be shared", async () => {
    const mark = crypto.randomUUID();
    await createAccount({ name: `Åsa ${mark}` });
    await createAccount({ name: `Bo ${mark}` });
    expect(namesIn(await page({ q: mark }))).toEqual([`Bo ${mark}`, `Åsa ${mark}`]);
    const text = await page({ q: `åsa ${mark}` });
    expect([namesIn(text), text.includes(`value="åsa ${mark}"`)]).toEqual([[`Åsa ${mark}`], true]);
    expect(await page({ q: `${mark}x` })).toContain("No matching users.");
  });

  test("gives HTMX the list alone, and the address of the search", async () => {
    const { user } = await createAccount();
    const response = await open({ q: user.email }, { "HX-Request": "true" });
    const text = await response.text();
    expect(text).toMatch(/^<section id="users"/);
    expect(text).toContain(`action="/admin/users/${user.id}/delete"`);
    expect(text).toContain(`name="csrf" value="${browser.csrf}"`);
    expect(response.headers.get("HX-Replace-Url")).toBe(`/admin/users?${new URLSearchParams({ q: user.email })}`);
    for (const either of [response, await open()]) expect(either.headers.get("Vary")).toContain("HX-Request");
    for (const id of ["users-head", "users-status"]) expect(text).toContain(`id="${id}"`);
    expect(text.match(/hx-swap-oob="true"/g)).toHaveLength(2);
    const boosted = await open({ q: user.email }, { "HX-Request": "true", "HX-Boosted": "true" });
    expect(boosted.headers.get("HX-Replace-Url")).toBe(null);
  });

  test("gives HTMX the message about an action, once", async () => {
    const account = await createAccount({ name: "Grace" });
    await post(account, "role", { role: "admin", confirmed });
    const part = async () => (await open({ q: account.user.email }, { "HX-Request": "true" })).text();
    expect(await part()).toMatch(/hx-swap-oob="beforeend:#messages">.*Grace is now an administrator\./);
    expect(await part()).not.toContain("Grace is now");
  });

  test("gives pages, the newest first, also within a search", async () => {
    const mark = crypto.randomUUID();
    for (const name of ["1", "2", "3"]) await createAccount({ name: `${mark} ${name}` });
    const first = await page({ q: mark, limit: "2" });
    const [, query = ""] = /href="\/admin\/users(\?[^"]*)">Older/.exec(first) ?? [];
    const second = await (await send(`/admin/users${query.replaceAll("&amp;", "&")}`, browser)).text();
    expect([namesIn(first), namesIn(second)]).toEqual([[`${mark} 3`, `${mark} 2`], [`${mark} 1`]]);
    const [, newer = ""] = /href="(\/admin\/users[^"]*)">Newer/.exec(second) ?? [];
    const back = await (await send(newer.replaceAll("&amp;", "&"), browser)).text();
    expect(namesIn(back)).toEqual([`${mark} 3`, `${mark} 2`]);
    expect(back).not.toContain(">Newer users");
  });

  test("filters, orders and counts, and keeps the choices in its links", async () => {
    const mark = crypto.randomUUID();
    for (const name of ["1", "2", "3"]) await createAccount({ name: `${mark} ${name}`, emailVerified: name !== "2" });
    await createAccount({ name: `${mark} 4`, role: "admin" });
    const query = { q: mark, role: "user", emailVerified: "true", order: "oldest" };
    const text = await page({ ...query, limit: "1" });
    expect(namesIn(text)).toEqual([`${mark} 1`]);
    expect(text).toContain(`2 users matching “<bdi>${mark}</bdi>”.`);
    for (const value of ["user", "true", "oldest"]) expect(text).toContain(`<option value="${value}" selected>`);
    const [, next = ""] = /href="\/admin\/users(\?[^"]*)">Newer users/.exec(text) ?? [];
    const after = await page(Object.fromEntries(new URLSearchParams(next.replaceAll("&amp;", "&"))));
    expect(namesIn(after)).toEqual([`${mark} 3`]);
    expect(after).toContain("Older users");
    const newest = await page({ ...query, order: "newest", role: "", emailVerified: "" });
    expect(namesIn(newest)).toEqual(["4", "3", "2", "1"].map((name) => `${mark} ${name}`));
  });

  test.each([{ cursor: "x" }, { limit: "0" }, { role: "owner" }, { order: "name" }, { q: "a".repeat(201) }])(
    "refuses %j with 400",
    async (query) => {
      expect((await open(query as Record<string, string>)).status).toBe(400);
    },
  );
});

describe("the role", () => {
  test("is changed after a question, not before, and leads back to the list", async () => {
    const account = await createAccount({ name: "Grace" });
    const fields = { role: "admin", next: "/admin/users?q=grace" };
    const asked = await post(account, "role", fields);
    const text = await asked.text();
    expect([asked.status, await roleOf(account)]).toEqual([200, "user"]);
    expect(text).toContain(`Make Grace (${account.user.email}) an administrator?`);
    for (const [name, value] of Object.entries({ ...fields, confirmed }))
      expect(text).toContain(`name="${name}" value="${value}"`);
    const done = await post(account, "role", { ...fields, confirmed });
    expect([done.status, done.headers.get("Location"), await roleOf(account)]).toEqual([303, fields.next, "admin"]);
    expect(await page()).toContain("Grace is now an administrator.");
  });

  test("is one that there is", async () => {
    const account = await createAccount();
    for (const role of ["owner", ""]) expect((await post(account, "role", { role, confirmed })).status).toBe(400);
    expect(await roleOf(account)).toBe("user");
  });
});

describe("an account", () => {
  test("is deleted after a question, not before", async () => {
    const account = await createAccount({ name: "Grace" });
    const asked = await post(account, "delete");
    expect([asked.status, await roleOf(account)]).toEqual([200, "user"]);
    expect(await asked.text()).toContain(`Delete the account of Grace (${account.user.email})`);
    const capitals = { ...account, user: { ...account.user, id: account.user.id.toUpperCase() } };
    const done = await post(capitals, "delete", { confirmed });
    expect([done.status, done.headers.get("Location"), await roleOf(account)]).toEqual([303, "/admin/users", null]);
    expect(await page()).toContain("The account of Grace has been deleted.");
  });

  test("that is one's own stays as it is", async () => {
    const responses = [
      await post(admin, "delete", { confirmed }),
      await post(admin, "role", { role: "user", confirmed }),
    ];
    const capitals = { ...admin, user: { ...admin.user, id: admin.user.id.toUpperCase() } };
    responses.push(await post(capitals, "delete", { confirmed }));
    for (const response of responses) expect([response.status, await roleOf(admin)]).toEqual([403, "admin"]);
  });

  test("that is not there is 404, asked about or not", async () => {
    const gone: Account = { ...admin, user: { ...admin.user, id: crypto.randomUUID() } };
    for (const confirmed of ["", "yes"]) {
      expect((await post(gone, "delete", { confirmed })).status).toBe(404);
      expect((await post(gone, "role", { role: "user", confirmed })).status).toBe(404);
    }
  });

  test("leads nowhere else afterwards", async () => {
    for (const next of ["https://evil.example/", "//evil.example", "/\\evil.example"]) {
      const done = await post(await createAccount(), "delete", { confirmed, next });
      expect(done.headers.get("Location")).toBe("/admin/users");
      expect(await (await post(await createAccount(), "delete", { next })).text()).not.toContain("evil.example");
    }
  });
});

/** The database, in which that administrator loses the role just before a role is written or a user removed. */
function demoting({ user }: Account): D1Database {
  const demote = () => env.DB.prepare("UPDATE users SET role = 'user' WHERE id = ?").bind(user.id).run();
  const late = (statement: D1PreparedStatement) => ({ first: () => demote().then(() => statement.first()) });
  return databaseWith({
    // A role is written in a batch, a user removed by a statement alone.
    batch: (statements) => demote().then(() => env.DB.batch(statements)),
    prepare: (sql) => {
      const statement = env.DB.prepare(sql);
      if (!sql.startsWith("DELETE FROM users")) return statement;
      return { bind: (...values: unknown[]) => late(statement.bind(...values)) };
    },
  });
}

test.each(["role", "delete"])("the last administrator stays, and the page says why: %s", async (action) => {
  await env.DB.prepare("UPDATE users SET role = 'user' WHERE id <> ?").bind(admin.user.id).run();
  const last = await createAccount({ role: "admin" });
  const body = new URLSearchParams({ csrf: browser.csrf, role: "user", confirmed });
  const init = { method: "POST", headers: browser.headers, body };
  const response = await send(`/admin/users/${last.user.id}/${action}`, init, { DB: demoting(admin) });
  expect([response.status, await roleOf(last), await roleOf(admin)]).toEqual([409, "admin", "user"]);
  expect(await response.text()).toContain("This is the last administrator. Make another user an administrator first.");
});

describe.each(HOSTILE)("the text %j", (hostile) => {
  test("does no harm wherever the page shows it", async () => {
    const account = await createAccount({ name: hostile });
    const { email } = account.user;
    for (const text of [
      await page({ q: email }),
      await (await open({ q: email }, { "HX-Request": "true" })).text(),
      await page({ q: hostile.slice(0, 200) }),
      await (await post(account, "delete", { next: hostile })).text(),
      await (await post(account, "role", { role: "admin", next: hostile, [hostile]: hostile })).text(),
    ]) {
      await expectHarmless(text);
      expect(text).toContain(escaped(hostile));
    }
    await post(account, "delete", { confirmed });
    const after = await page();
    await expectHarmless(after);
    expect(after).toContain(escaped(hostile));
  });
});

test("the links between pages keep the limit, and so does a search", async () => {
  const mark = crypto.randomUUID();
  for (const name of ["a", "b", "c"]) await createAccount({ name: `${name} ${mark}` });
  const page = async (query: string) => (await send(`/admin/users${query}`, { headers: browser.headers })).text();
  const queries = await followPager(page, `?limit=1&q=${mark}`);
  expect(queries).toHaveLength(4);
  for (const query of queries) expect(new URLSearchParams(query).get("limit")).toBe("1");
  const text = await page(`?limit=1&q=${mark}`);
  expect(text).toContain('<input type="hidden" name="limit" value="1">');
  expect(text).toContain('<a href="/admin/users?limit=1">Show all</a>');
  expect(text).toContain(`href="/admin/users?q=${mark}&amp;order=oldest&amp;limit=1"`);
  expect(await page(`?q=${mark}`)).not.toContain("limit");
});
