import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";
import { listSessions } from "../../../src/identity/sessions/session-list.ts";
import { startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../../src/identity/tokens/device-token.ts";
import { findCredentials } from "../../../src/identity/users/users.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import {
  type Account,
  type Browser,
  createAccount,
  createKey,
  openBrowser,
  PASSWORD,
  PERMISSION,
  send,
  signInResponse,
  submit,
} from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";

const NEW_PASSWORD = "another password for tests";

/** A user of each test's own, signed in with a browser. */
let me: Account;
let browser: Browser;
beforeEach(async () => {
  me = await createAccount({ name: "Grace" });
  browser = await openBrowser(me);
});

const open = (query = "", { headers } = browser) => send(`/account${query}`, { headers });
const page = async (query = "") => (await open(query)).text();
const post = (path: string, fields: Record<string, string> = {}) => submit(browser, `/account${path}`, fields);
const statusFor = async ({ headers }: Pick<Account | Browser, "headers">) =>
  (await send("/api/me", { headers })).status;
const sessionIds = async ({ user }: Account) =>
  (await listSessions(env.DB, user.id, { limit: 100 })).items.map(({ id }) => id);
const keysOf = async ({ user }: Account) => {
  const { results } = await env.DB.prepare("SELECT * FROM api_keys WHERE user_id = ?").bind(user.id).all();
  return results;
};
const makeKey = ({ user }: Account, name = "backup") => createKey({ user }, [PERMISSION], { name });

/** The browser with the cookie that a response has set. */
function renewed(response: Response): Browser {
  const [, secret = ""] = /__Host-session=([^;]+)/.exec(response.headers.getSetCookie().join()) ?? [];
  return { headers: { ...browser.headers, Cookie: `__Host-session=${secret}` }, csrf: csrfTokenOf(secret) };
}

/** Where a form led, and what the page there says once. */
async function follow(response: Response): Promise<string> {
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/account"]);
  return /<div class="message \w+" role="\w+"[^>]*><p>([^<]*)/.exec(await page())?.[1] ?? "";
}

/** The ids of what the page says is wrong. */
const wrongIn = (text: string) => [...text.matchAll(/id="([\w-]+)-error"/g)].map(([, id]) => id);

test("GET /account shows the user, their sessions and their keys", async () => {
  await makeKey(me, "nightly");
  const text = await page();
  expect(text).toContain('<a href="/account" aria-current="page">');
  expect(text).toContain('name="name" type="text" value="Grace"');
  expect(text).toContain(me.user.email);
  expect(text).toMatch(/<h3 dir="auto">nightly<\/h3>/);
  expect(text.match(/>This session</g)).toHaveLength(1);
});

test("GET /account leads visitors to the sign-in page, and back", async () => {
  const response = await send("/account", { headers: { Accept: "text/html" } });
  expect([response.status, response.headers.get("Location")]).toEqual(signInResponse("/account"));
});

test("GET /account refuses an invalid cursor", async () => {
  for (const query of ["?sessions=x", "?keys=x"]) expect((await open(query)).status).toBe(400);
});

describe("the name", () => {
  test("is changed", async () => {
    expect(await follow(await post("", { name: " Åsa " }))).toBe("Your name has been changed.");
    expect(await page()).toContain('value="Åsa"');
  });

  test("is refused if it is not valid, and the typed text stays", async () => {
    const response = await post("", { name: "a".repeat(101) });
    const text = await response.text();
    expect([response.status, wrongIn(text)]).toEqual([400, ["profile-name"]]);
    expect(text).toContain(`value="${"a".repeat(101)}"`);
    expect(await page()).toContain('value="Grace"');
  });
});

describe("the password", () => {
  const change = (currentPassword: string, newPassword: string) => post("/password", { currentPassword, newPassword });

  test("is changed, all other sessions end, and this one goes on under a new cookie", async () => {
    const [another, before] = [await openBrowser(me), browser];
    const response = await change(PASSWORD, NEW_PASSWORD);
    browser = renewed(response);
    expect(await follow(response)).toBe("Your password has been changed. You are signed out everywhere else.");
    const seen = [await statusFor(browser), await statusFor(before), await statusFor(another), await statusFor(me)];
    expect(seen).toEqual([200, 401, 401, 401]);
    expect((await change(PASSWORD, NEW_PASSWORD)).status).toBe(422);
  });

  test.each([
    ["end", {}, 401],
    ["stay where the box is ticked", { keepApiKeys: "yes" }, 200],
  ])("is changed, and the API keys, which the page lists, %s", async (_, fields, status) => {
    const { key } = await makeKey(me, "nightly");
    expect(await page()).toMatch(/deletes your API keys: <bdi>nightly<\/bdi>\.[\s\S]*name="keepApiKeys" value="yes">/);
    await post("/password", { currentPassword: PASSWORD, newPassword: NEW_PASSWORD, ...fields });
    expect((await send("/api/things", { headers: { "X-API-Key": key } })).status).toBe(status);
  });

  test("stays if the current one is wrong, and the error is at its field", async () => {
    const another = await openBrowser(me);
    const response = await change("a wrong password", NEW_PASSWORD);
    const text = await response.text();
    expect([response.status, wrongIn(text)]).toEqual([422, ["password-currentPassword"]]);
    for (const secret of ["a wrong password", NEW_PASSWORD]) expect(text).not.toContain(secret);
    expect([await statusFor(another), await statusFor(browser)]).toEqual([200, 200]);
    expect((await change(PASSWORD, NEW_PASSWORD)).status).toBe(303);
  });

  test("is refused if it is too easy, before anything is hashed", async () => {
    const response = await change("", "password");
    expect([response.status, wrongIn(await response.text())]).toEqual([
      400,
      ["password-currentPassword", "password-newPassword"],
    ]);
  });
});

describe("the e-mail address", () => {
  const mails = ({ user }: Account) =>
    env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(user.email).first("n");

  test("that is confirmed says so, and no mail is sent", async () => {
    expect(await page()).not.toContain("Send the link again");
    expect(await follow(await post("/verify-email"))).toBe("Your address is already confirmed.");
    expect(await mails(me)).toBe(0);
  });
});

describe("sessions", () => {
  test("one is ended, and the others go on", async () => {
    const another = await openBrowser(me);
    const [newest = ""] = await sessionIds(me);
    expect(await page()).toContain(`action="/account/sessions/${newest}/end"`);
    expect(await follow(await post(`/sessions/${newest.toUpperCase()}/end`))).toBe("That session has ended.");
    expect([await statusFor(another), await statusFor(browser)]).toEqual([401, 200]);
  });

  test("all others of the user are ended at once, and not those of other users", async () => {
    const [another, other] = [await openBrowser(me), await openBrowser(await createAccount())];
    expect(await follow(await post("/sessions/end-others"))).toBe("You are signed out everywhere else.");
    expect([await statusFor(browser), await statusFor(another), await statusFor(other)]).toEqual([200, 401, 200]);
    expect(await sessionIds(me)).toHaveLength(1);
  });

  test("those of other users and unknown ones get 404, and no session ends", async () => {
    const other = await createAccount();
    const [theirs = ""] = await sessionIds(other);
    for (const id of [theirs, crypto.randomUUID()]) expect((await post(`/sessions/${id}/end`)).status).toBe(404);
    expect(await sessionIds(other)).toEqual([theirs]);
  });

  test("a link leads to older ones", async () => {
    for (let i = 0; i < 20; i++) await openBrowser(me);
    const [, query = ""] = /href="\/account(\?sessions=[^"]*)"/.exec(await page()) ?? [];
    expect((await page(query)).match(/<p class="meta">Signed in/g)).toHaveLength(2);
  });

  test("the link to older ones keeps the page of the list of keys", async () => {
    for (let i = 0; i < 20; i++) await openBrowser(me);
    for (const name of ["first", "second"]) await makeKey(me, name);
    const keys = await send("/api/me/keys?limit=1", { headers: me.headers });
    const { nextCursor } = await keys.json<{ nextCursor: string }>();
    const [, query = ""] = /href="\/account(\?[^"#]*sessions=[^"#]*)/.exec(await page(`?keys=${nextCursor}`)) ?? [];
    const text = await page(query.replaceAll("&amp;", "&"));
    expect([text.includes(">first</h3>"), text.includes(">second</h3>")]).toEqual([true, false]);
  });
});

describe("API keys", () => {
  test("one is made with the permissions that were ticked, shown once, and kept nowhere", async () => {
    const response = await post("/keys", { name: "backup", [PERMISSION]: "on" });
    expect([response.status, response.headers.get("Cache-Control")]).toEqual([201, "no-store"]);
    const [, key = ""] =
      new RegExp(`<input id="made-key" value="(${APP_ID}_[\\w-]{43})"`).exec(await response.text()) ?? [];
    expect(await (await send("/api/things", { headers: { "X-API-Key": key } })).status).toBe(200);
    expect(await keysOf(me)).toMatchObject([{ name: "backup", permissions: JSON.stringify([PERMISSION]) }]);
    expect(await page()).not.toContain(key);
    const kept = await env.DB.prepare("SELECT data FROM sessions").all();
    expect(JSON.stringify(kept.results)).not.toContain(key);
  });

  test("a key needs a name and permissions that exist", async () => {
    const response = await post("/keys", { name: "", "users:delete": "on" });
    expect([response.status, wrongIn(await response.text())]).toEqual([400, ["key-name", "key-permissions"]]);
    expect(await keysOf(me)).toEqual([]);
  });

  test("the typed text and the ticked boxes stay", async () => {
    const text = await (await post("/keys", { name: "n".repeat(101), [PERMISSION]: "on" })).text();
    expect(text).toContain(`value="${"n".repeat(101)}"`);
    expect(text).toContain(`name="${PERMISSION}" checked>`);
  });

  test("one is deleted after a question, not before", async () => {
    const { id, key } = await makeKey(me);
    const asked = await post(`/keys/${id}/delete`);
    const text = await asked.text();
    expect([asked.status, (await keysOf(me)).length]).toEqual([200, 1]);
    expect(text).toContain("Delete the key “backup”?");
    expect(text).toContain('name="confirmed" value="yes"');
    expect(await follow(await post(`/keys/${id.toUpperCase()}/delete`, { confirmed: "yes" }))).toBe(
      "The key “backup” has been deleted.",
    );
    expect((await send("/api/things", { headers: { "X-API-Key": key } })).status).toBe(401);
  });

  test("those of other users and unknown ones get 404, and stay", async () => {
    const other = await createAccount();
    const { id } = await makeKey(other);
    for (const missing of [id, crypto.randomUUID()]) {
      for (const confirmed of ["", "yes"])
        expect((await post(`/keys/${missing}/delete`, { confirmed })).status).toBe(404);
    }
    expect(await keysOf(other)).toHaveLength(1);
  });
});

describe.each(HOSTILE)("the text %j", (hostile) => {
  test("does no harm wherever the page shows it", async () => {
    const user = await findCredentials(env.DB, { id: me.user.id });
    const owner = { user: user ?? null, device: `Firefox/1 Linux ${hostile}`, deviceId: createDeviceId() };
    await startCookieSession(env.DB, owner);
    await post("", { name: hostile });
    const { id } = await makeKey(me, hostile);
    const refused = await post("/keys", { name: `${hostile}${"x".repeat(100)}`, [hostile]: "on" });
    const asked = await post(`/keys/${id}/delete`, { [hostile]: hostile });
    const deleted = await post(`/keys/${id}/delete`, { confirmed: "yes" });
    expect([refused.status, asked.status, deleted.status]).toEqual([400, 200, 303]);
    for (const text of [await refused.text(), await asked.text(), await page()]) {
      await expectHarmless(text);
      expect(text).toContain(escaped(hostile.trim()));
    }
  });
});
