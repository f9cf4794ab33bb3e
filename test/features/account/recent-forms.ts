/** `requireRecentSignIn` on the pages, without JavaScript: the password, and then what was asked for. */

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { type Account, createAccount, openBrowser, PASSWORD, send } from "../../harness.ts";
import { escaped } from "../../hostile-text.ts";
import { openPlainBrowserOf, type PlainBrowser, type Shown } from "../../plain-browser.ts";

export const PASSWORD_FORM = "/account/confirm-password";

export let me: Account;
export let other: Account;
export let browser: PlainBrowser;

/** For the tests of a file: an administrator, signed in more than ten minutes ago, and another account. */
export function useOldSignIn(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    [me, other] = [await createAccount({ role: "admin" }), await createAccount({ name: "Grace" })];
    browser = await openPlainBrowserOf(me);
    vi.setSystemTime(Date.now() + 10 * 60_000 + 1);
  });
  afterEach(() => vi.useRealTimers());
}

/** The hidden fields of the form that asks for the password. */
export function fieldsOf({ text }: Shown): Record<string, string> {
  const form = text.split("<form").find((part) => part.includes(`action="${PASSWORD_FORM}"`)) ?? "";
  const hidden = [...form.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g)];
  return Object.fromEntries(hidden.map(([, name = "", value = ""]) => [name, value]));
}

/** A sensitive form: where it is, what it sends, and what has happened once it has. */
export interface SensitiveForm {
  readonly page: string;
  readonly action: () => string;
  readonly fields: Readonly<Record<string, string>>;
  readonly before: () => Promise<void>;
  readonly after: (shown: Shown) => Promise<void>;
}

/** Declares the tests. @param forms By route, such as `POST /account/keys`. */
export function testSensitiveForms(forms: Readonly<Record<string, SensitiveForm>>): void {
  describe.each(Object.entries(forms))("%s", (_, { page, action, fields, before, after }) => {
    const submitForm = async () => {
      await browser.open(page);
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
}
