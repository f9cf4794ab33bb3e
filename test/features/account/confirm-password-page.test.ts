/** Giving the password again on its page, without JavaScript. */

import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { account } from "../../../src/features/account/index.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { type Account, openBrowser, PASSWORD, PERMISSION, send, signInResponse, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { flashOf, type Shown } from "../../plain-browser.ts";
import { recentRoutes } from "../../recent-sign-in.ts";
import {
  browser,
  fieldsOf,
  me,
  PASSWORD_FORM,
  type SensitiveForm,
  testSensitiveForms,
  useOldSignIn,
} from "./recent-forms.ts";

useOldSignIn();

const keysOf = async ({ user }: Account) => {
  const kept = env.DB.prepare("SELECT name, permissions FROM api_keys WHERE user_id = ?").bind(user.id);
  return (await kept.all<{ name: string; permissions: string }>()).results;
};

const FORMS: Readonly<Record<string, SensitiveForm>> = {
  "POST /account/keys": {
    page: "/account",
    action: () => "/account/keys",
    fields: { submission: crypto.randomUUID(), name: "backup & more", [PERMISSION]: "on", days: "30" },
    before: async () => expect(await keysOf(me)).toEqual([]),
    after: async (shown: Shown) => {
      expect([shown.status, shown.path]).toEqual([201, "/account/keys"]);
      expect(shown.text).toMatch(new RegExp(`<input id="made-key" value="${APP_ID}_[\\w-]{43}"`));
      expect(await keysOf(me)).toEqual([{ name: "backup & more", permissions: JSON.stringify([PERMISSION]) }]);
    },
  },
};

test("these are the forms that ask for a recent sign-in", () => {
  expect(Object.keys(FORMS)).toEqual(recentRoutes(account, false));
});

testSensitiveForms(FORMS);

describe("POST /account/confirm-password", () => {
  test("responds with 307 to the path with new cookies, so that the browser sends the same body there", async () => {
    const own = await openBrowser(me);
    const response = await submit(own, PASSWORD_FORM, { currentPassword: PASSWORD, continue: "/account/keys" });
    expect([response.status, response.headers.get("Location")]).toEqual([307, "/account/keys"]);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    const names = response.headers.getSetCookie().map((line) => line.split("=")[0]);
    expect(names).toEqual(["__Host-session", "session", "__Host-device", "device", "__Host-bookmark", "bookmark"]);
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

  test("never repeats the password in its page, whatever fields the form has", async () => {
    const own = await openBrowser(me);
    const fields = { currentPassword: "a wrong password", continue: "/account/keys", name: "x", csrf: own.csrf };
    const text = await (await submit(own, PASSWORD_FORM, fields)).text();
    expect(Object.keys(fieldsOf({ status: 422, path: "", text })).sort()).toEqual([
      "continue",
      "csrf",
      "name",
      "submission",
    ]);
  });

  test("leads visitors to the sign-in page", async () => {
    const init = { method: "POST", headers: { Accept: "text/html" }, body: new URLSearchParams() };
    const response = await send(PASSWORD_FORM, init);
    expect([response.status, response.headers.get("Location")]).toEqual(signInResponse());
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
    await browser.submit({ name: "k", [PERMISSION]: "on" }, "/account/keys");
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
