/** `requireRecentSignIn` on the pages, without JavaScript: the password, and then what was asked for. */

import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { app } from "../../../src/app.ts";
import { APP_ID, APP_NAME } from "../../../src/web/app/app-name.ts";
import { type Account, createAccount, openBrowser, PASSWORD, send, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { flashOf, openPlainBrowser, type PlainBrowser, type Shown } from "../../plain-browser.ts";
import { listRequests } from "../../policy/list-requests.ts";

const PASSWORD_FORM = "/account/confirm-password";

let me: Account;
let other: Account;
let browser: PlainBrowser;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  [me, other] = [await createAccount({ role: "admin" }), await createAccount({ name: "Grace" })];
  browser = openPlainBrowser();
  await browser.open("/login");
  await browser.submit({ email: me.user.email, password: PASSWORD });
  vi.setSystemTime(Date.now() + 10 * 60_000 + 1);
});
afterEach(() => vi.useRealTimers());

const keysOf = async ({ user }: Account) => {
  const kept = env.DB.prepare("SELECT name, permissions FROM api_keys WHERE user_id = ?").bind(user.id);
  return (await kept.all<{ name: string; permissions: string }>()).results;
};
const roleOf = ({ user }: Account) => env.DB.prepare("SELECT role FROM users WHERE id = ?").bind(user.id).first("role");

/** The hidden fields of the form that asks for the password. */
function fieldsOf({ text }: Shown): Record<string, string> {
  const form = text.split("<form").find((part) => part.includes(`action="${PASSWORD_FORM}"`)) ?? "";
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value]));
}

/** The sensitive forms: where each is, what it sends, and what has happened once it has. */
const FORMS = {
  "POST /account/keys": {
    page: () => "/account",
    action: () => "/account/keys",
    fields: { name: "backup & more", "notes:read": "on", days: "30" },
    before: async () => expect(await keysOf(me)).toEqual([]),
    after: async (shown: Shown) => {
      expect([shown.status, shown.path]).toEqual([201, "/account/keys"]);
      expect(shown.text).toMatch(new RegExp(`<input id="made-key" value="${APP_ID}_[\\w-]{43}"`));
      expect(await keysOf(me)).toEqual([{ name: "backup & more", permissions: '["notes:read"]' }]);
    },
  },
  "POST /admin/users/:id/role": {
    page: () => "/admin/users",
    action: () => `/admin/users/${other.user.id}/role`,
    fields: { role: "admin", next: "/admin/users?q=a", confirmed: "yes" },
    before: async () => expect(await roleOf(other)).toBe("user"),
    after: async (shown: Shown) => {
      expect([shown.path, flashOf(shown)]).toEqual(["/admin/users?q=a", "Grace is now an administrator."]);
      expect(await roleOf(other)).toBe("admin");
    },
  },
  "POST /admin/users/:id/delete": {
    page: () => "/admin/users",
    action: () => `/admin/users/${other.user.id}/delete`,
    fields: { next: "/admin/users", confirmed: "yes" },
    before: async () => expect(await roleOf(other)).toBe("user"),
    after: async (shown: Shown) => {
      expect([shown.path, flashOf(shown)]).toEqual(["/admin/users", "The account of Grace has been deleted."]);
      expect(await roleOf(other)).toBeNull();
    },
  },
};

test("these are the forms that ask for a recent sign-in", () => {
  const guarded = listRequests(app.handlers).filter(({ guards }) =>
    guards.some(({ name }) => name === "requireRecentSignIn"),
  );
  const pages = guarded.filter(({ path }) => !path.startsWith("/api/")).map(({ method, path }) => `${method} ${path}`);
  expect(pages.sort()).toEqual(Object.keys(FORMS).sort());
});

describe.each(Object.entries(FORMS))("%s", (_, { page, action, fields, before, after }) => {
  const submitForm = async () => {
    await browser.open(page());
    return browser.submit(fields, action());
  };

  test("asks for the password with every field of the form kept, and nothing has happened yet", async () => {
    const asked = await submitForm();
    expect([asked.status, /<title>(.*)<\/title>/.exec(asked.text)?.[1]]).toEqual([
      403,
      `Confirm your password · ${APP_NAME}`,
    ]);
    const { csrf, continue: path, ...kept } = fieldsOf(asked);
    expect(csrf).toMatch(/^[\w-]{43}$/);
    expect([path, kept]).toEqual([
      action(),
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, escaped(value)])),
    ]);
    await before();
  });

  test("then does what was asked for", async () => {
    await submitForm();
    await after(await browser.submit({ currentPassword: PASSWORD }, PASSWORD_FORM));
  });

  test("a wrong password shows the page again, with the same fields, and nothing happens", async () => {
    const asked = await submitForm();
    const again = await browser.submit({ currentPassword: "a wrong password" }, PASSWORD_FORM);
    expect([again.status, fieldsOf(again)]).toEqual([422, fieldsOf(asked)]);
    expect(again.text).toContain('id="confirm-currentPassword-error" class="error">The password is wrong.');
    expect(again.text).not.toContain("a wrong password");
    await before();
    const empty = await browser.submit({ currentPassword: "" }, PASSWORD_FORM);
    expect([empty.status, fieldsOf(empty)]).toEqual([400, fieldsOf(asked)]);
    await before();
    await after(await browser.submit({ currentPassword: PASSWORD }, PASSWORD_FORM));
  });

  test("does not ask where the password was given a moment ago", async () => {
    vi.setSystemTime(Date.now() - 1);
    await after(await submitForm());
  });

  test("has HTMX show the same page in place of the content, and not inside the list it was sent from", async () => {
    const { headers, csrf } = await openBrowser(me);
    vi.setSystemTime(Date.now() + 10 * 60_000 + 1);
    const htmx = { ...headers, Accept: "*/*", "HX-Request": "true" };
    const body = new URLSearchParams({ csrf, ...fields });
    const response = await send(action(), { method: "POST", headers: htmx, body });
    expect(response.status).toBe(422);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "hx-retarget": "#main",
      "hx-reselect": "#main",
      "hx-reswap": "outerHTML",
    });
    expect(await response.text()).toContain('action="/account/confirm-password"');
    await before();
  });
});

describe("POST /account/confirm-password", () => {
  test("answers 307 to the path with new cookies, so that the browser sends the same body there", async () => {
    const own = await openBrowser(me);
    const response = await submit(own, PASSWORD_FORM, { currentPassword: PASSWORD, continue: "/account/keys" });
    expect([response.status, response.headers.get("Location")]).toEqual([307, "/account/keys"]);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const names = response.headers.getSetCookie().map((line) => line.split("=")[0]);
    expect(names).toEqual(["__Host-session", "session", "__Host-device", "device"]);
    expect((await send("/api/me", { headers: { Cookie: own.headers.Cookie } })).status).toBe(401);
  });

  test.each([
    "https://evil.example/",
    "//evil.example/account",
    "/\\evil.example",
    "\\\\evil.example",
    "http:evil.example",
    "javascript:alert(1)",
    "/account\r\nSet-Cookie: x=y",
    "/\t/evil.example",
    " /account/keys",
    "account",
    "",
  ])("never continues at %j", async (path) => {
    const own = await openBrowser(me);
    const response = await submit(own, PASSWORD_FORM, { currentPassword: PASSWORD, continue: path });
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/account"]);
    const again = await submit(await openBrowser(me), PASSWORD_FORM, { currentPassword: "wrong one", continue: path });
    expect(await again.text()).toContain('name="continue" value=""');
  });

  test("does not send the password on in its own page again, whatever the form has", async () => {
    const own = await openBrowser(me);
    const fields = { currentPassword: "a wrong password", continue: "/account/keys", name: "x", csrf: own.csrf };
    const text = await (await submit(own, PASSWORD_FORM, fields)).text();
    expect(Object.keys(fieldsOf({ status: 422, path: "", text })).sort()).toEqual(["continue", "csrf", "name"]);
  });

  test("leads to the sign-in where nobody is signed in", async () => {
    const init = { method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams() };
    const response = await send(PASSWORD_FORM, init);
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/login"]);
  });

  test.each(HOSTILE)("the text %j does no harm in the fields that it keeps", async (hostile) => {
    await browser.open("/account");
    const asked = await browser.submit({ name: hostile, [hostile]: hostile }, "/account/keys");
    expect(asked.status).toBe(403);
    await expectHarmless(asked.text);
    expect(fieldsOf(asked).name).toBe(escaped(hostile));
  });
});

describe("the token that binds forms to a session", () => {
  /** A form on another page, opened before, with the token that it has. */
  const save = async (csrf: string, cookies: Map<string, string>) => {
    const Cookie = `__Host-session=${cookies.get("__Host-session")}`;
    const body = new URLSearchParams({ csrf, name: "Another" });
    return (await send("/account", { method: "POST", headers: { Cookie, "Sec-Fetch-Site": "same-origin" }, body }))
      .status;
  };
  const csrfIn = ({ text }: Shown) => /name="csrf" value="([\w-]+)"/.exec(text)?.[1] ?? "";

  test("stays when the password is confirmed, so that forms on other pages still work", async () => {
    const { cookies } = browser;
    const [before, secret] = [csrfIn(await browser.open("/account")), cookies.get("__Host-session")];
    await browser.submit({ name: "k", "notes:read": "on" }, "/account/keys");
    await browser.submit({ currentPassword: PASSWORD }, PASSWORD_FORM);
    expect(cookies.get("__Host-session")).not.toBe(secret);
    expect(csrfIn(await browser.open("/account"))).toBe(before);
    expect(await save(before, cookies)).toBe(303);
  });

  test("changes with the password, and the old one is refused", async () => {
    const { cookies } = browser;
    const before = csrfIn(await browser.open("/account"));
    const fields = { currentPassword: PASSWORD, newPassword: "another password for tests" };
    const changed = await browser.submit(fields, "/account/password");
    expect(flashOf(changed)).toContain("Your password has been changed.");
    expect(csrfIn(changed)).not.toBe(before);
    expect([await save(before, cookies), await save(csrfIn(changed), cookies)]).toEqual([403, 303]);
  });
});
