import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { createAccount, facts, PASSWORD, send } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { decodeHtml, flashOf, openPlainBrowser, type PlainBrowser, type Shown } from "../../plain-browser.ts";

const isSignedIn = ({ text }: Shown) => text.includes('action="/logout"');

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const freshEmail = () => `${crypto.randomUUID()}@example.com`;

async function linkIn(browser: PlainBrowser, email: string): Promise<string> {
  const { text } = await browser.open("/outbox");
  const mail = text.split("<li ").find((item) => item.includes(email)) ?? "";
  const [, link = ""] = /<a href="http:\/\/localhost([^"]*)"/.exec(mail) ?? [];
  return decodeHtml(link);
}

test("GET shows each form with its title", async () => {
  const titles = {
    "/login": "Sign in",
    "/register": "Create an account",
    "/forgot-password": "Reset your password",
    "/reset-password?token=x": "Choose a new password",
    "/verify-email?token=x": "Confirm your e-mail address",
    "/outbox": "Outbox",
  };
  for (const [path, title] of Object.entries(titles)) {
    const { status, text } = await openPlainBrowser().open(path);
    expect([status, /<title>(.*)<\/title>/.exec(text)?.[1]]).toEqual([200, `${title} · ${APP_NAME}`]);
  }
});

describe("registering", () => {
  test("signs in, greets once, and mails a link that confirms the address", async () => {
    const [browser, email] = [openPlainBrowser(), freshEmail()];
    await browser.open("/register");
    const welcome = await browser.submit({ name: "Ada <3", email: ` ${email.toUpperCase()} `, password: PASSWORD });
    expect([welcome.path, isSignedIn(welcome), flashOf(welcome)]).toEqual([
      facts.startPath,
      true,
      expect.stringMatching(/Welcome/),
    ]);
    expect(welcome.text).toContain("Ada &lt;3");
    expect(flashOf(await browser.open(facts.startPath))).toBeUndefined();

    const link = await linkIn(browser, email);
    await browser.open(link);
    const confirmed = await browser.submit({}, "/verify-email");
    expect(flashOf(confirmed)).toBe("Your e-mail address is confirmed.");
    const verified = env.DB.prepare("SELECT email_verified FROM users WHERE email = ?").bind(email);
    expect(await verified.first("email_verified")).toBe(1);
    await browser.open(link);
    expect(flashOf(await browser.submit({}, "/verify-email"))).toBe("This link no longer works. Ask for a new one.");
  });

  test("shows what is wrong, with what was typed, but for the password", async () => {
    const browser = openPlainBrowser();
    await browser.open("/register");
    const typed = { name: 'A "name"', email: "no address", password: "short 5" };
    const { status, text } = await browser.submit(typed);
    const [, summary = ""] = /role="alert">(.*)<\/div>/.exec(text) ?? [];
    expect([status, summary.match(/href="#form-\w+"/g)]).toEqual([
      400,
      ['href="#form-email"', 'href="#form-password"'],
    ]);
    expect(text).toMatch(/id="form-email".* aria-describedby="form-email-error" aria-invalid="true"/);
    expect(text).toMatch(/id="form-password".* aria-describedby="form-password-hint form-password-error"/);
    expect(text).toContain(
      '<small id="form-email-error" class="error">Enter an e-mail address such as name@example.com, with at most 254 characters.</small>',
    );
    expect(text).not.toContain('id="form-name-error"');
    expect(text).toContain('name="name" type="text" value="A &quot;name&quot;"');
    expect(text).toContain('name="email" type="email" value="no address"');
    expect(text).toContain('name="password" type="password" value=""');
    expect(text).not.toContain("short 5");
  });

  test("refuses an address that is taken", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    await browser.open("/register");
    const answer = await browser.submit({ name: "N", email: user.email, password: PASSWORD });
    expect([answer.status, isSignedIn(answer), answer.text.includes(PASSWORD)]).toEqual([409, false, false]);
  });
});

describe("signing in", () => {
  test("leads on to where one came from", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    expect((await browser.open("/things?q=tea")).path).toMatch(/^\/login\?next=/);
    const page = await browser.submit({ email: user.email, password: PASSWORD });
    expect([page.path, isSignedIn(page)]).toEqual(["/things?q=tea", true]);
  });

  test("with a wrong password or address says only that one of them is, and keeps the way on", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    for (const email of [user.email, freshEmail(), "no address"]) {
      await browser.open("/login?next=/things?q=tea");
      const answer = await browser.submit({ email, password: "the wrong password" });
      expect([answer.status, isSignedIn(answer)]).toEqual([401, false]);
      expect(answer.text).toContain('role="alert"><ul><li>The e-mail address or the password is wrong.');
      expect(answer.text).toContain(`name="email" type="email" value="${email}"`);
      expect(answer.text).not.toContain("the wrong password");
    }
    expect((await browser.submit({ email: user.email, password: PASSWORD })).path).toBe("/things?q=tea");
  });

  test("and out: the session's cookies are gone, the device's stay, and pages lead to the sign-in again", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    await browser.open("/login");
    await browser.submit({ email: user.email, password: PASSWORD });
    const page = await browser.submit({}, "/logout");
    expect([page.path, isSignedIn(page)]).toEqual([facts.homePath, false]);
    expect([...browser.cookies.keys()]).toEqual(["__Host-device", "device", "__Host-bookmark", "bookmark"]);
    expect((await browser.open("/things")).path).toMatch(/^\/login/);
  });
});

describe("a lost password", () => {
  test("is replaced through the mailed link, once, and the old one is no good then", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    await browser.open("/forgot-password");
    const asked = await browser.submit({ email: user.email });
    expect([asked.path, flashOf(asked)]).toEqual(["/login", expect.stringMatching(/on its way/)]);
    const link = await linkIn(browser, user.email);
    await browser.open(link);
    expect((await browser.submit({ password: "password" })).status).toBe(400);
    const replaced = await browser.submit({ password: "a new one for tests" }, "/reset-password");
    expect([replaced.path, flashOf(replaced)]).toEqual(["/login", "Your password has been changed. Sign in with it."]);
    expect((await browser.submit({ email: user.email, password: PASSWORD })).status).toBe(401);
    expect(isSignedIn(await browser.submit({ email: user.email, password: "a new one for tests" }))).toBe(true);
    await browser.open(link);
    expect((await browser.submit({ password: "yet another for tests" })).status).toBe(422);
  });

  test("is asked for with the same answer whether there is an account or not", async () => {
    const { user } = await createAccount();
    const answers = [];
    for (const email of [user.email, freshEmail()]) {
      const browser = openPlainBrowser();
      await browser.open("/forgot-password");
      const { text, ...answer } = await browser.submit({ email });
      answers.push({ ...answer, text: text.replaceAll(/name="csrf" value="[^"]*"/g, "") });
    }
    expect(answers[0]).toEqual(answers[1]);
  });
});

/** What forms may send besides: no text that can be kept, names of fields, a long one. */
const MALFORMED = ["a\0b", "\ud800", "é".repeat(7000)];

/** No tag, attribute or header of the page comes from what was sent. */
async function expectNoHarm({ status, text }: Shown): Promise<void> {
  expect(status).toBeLessThan(500);
  await expectHarmless(text);
  expect(text).toContain("</html>");
}

describe.each([...HOSTILE, ...MALFORMED])("the text %j", (hostile) => {
  vi.spyOn(console, "log").mockImplementation(() => {});

  test.each(["/login", "/register", "/forgot-password", "/reset-password", "/verify-email"])(
    "does no harm to %s",
    async (path) => {
      const browser = openPlainBrowser();
      const names = ["email", "name", "password", "token", "next", "csrf", hostile];
      const everywhere = Object.fromEntries(names.map((name) => [name, hostile]));
      await expectNoHarm(await browser.open(`${path}?${new URLSearchParams(everywhere)}`));
      await browser.open(path);
      await expectNoHarm(await browser.submit(everywhere));
      expect(browser.cookies.get("x")).toBeUndefined();
    },
  );
});

test("a hostile name is harmless on the pages and in the mail that show it", async () => {
  const hostile = HOSTILE.join(" ").slice(0, 100);
  const [browser, email] = [openPlainBrowser(), freshEmail()];
  await browser.open("/register");
  const page = await browser.submit({ name: hostile, email, password: PASSWORD });
  expect([page.path, isSignedIn(page)]).toEqual([facts.startPath, true]);
  await expectNoHarm(page);
  expect(page.text).toContain(escaped(hostile));
  await expectNoHarm(await browser.open("/outbox"));
});

test("bytes that are no UTF-8 do no harm", async () => {
  const headers = { "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded" };
  const body = Uint8Array.of(0x65, 0x6d, 0x61, 0x69, 0x6c, 0x3d, 0xff, 0xfe, 0x25, 0x45, 0x44, 0x26, 0x25);
  expect((await send("/login", { method: "POST", headers, body })).status).toBe(401);
  expect((await send("/login?next=%ff%fe%&token=%")).status).toBe(200);
});
