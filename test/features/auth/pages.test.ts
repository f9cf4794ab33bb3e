import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { databaseWith } from "../../databases.ts";
import { createAccount, facts, openBrowser, PASSWORD, send } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import {
  decodeHtml,
  flashOf,
  openPlainBrowser,
  openPlainBrowserOf,
  type PlainBrowser,
  type Shown,
} from "../../plain-browser.ts";
import { createReplica } from "../../replica.ts";

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
    "/reset-password": "This link does not work",
    "/verify-email?token=x": "This link does not work",
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
    expect((await browser.open(link)).text).toContain("Your address is already confirmed.");
  });

  test("shows the errors and the typed text, except for the password", async () => {
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
    const response = await browser.submit({ name: "N", email: user.email, password: PASSWORD });
    expect([response.status, isSignedIn(response), response.text.includes(PASSWORD)]).toEqual([409, false, false]);
  });

  test("whose session could not be started makes the next attempt say to sign in, which works", async () => {
    const email = freshEmail();
    const prepare = (sql: string) => {
      if (sql.startsWith("INSERT INTO sessions")) throw new Error("D1_ERROR: Network connection lost.");
      return env.DB.prepare(sql);
    };
    const failing = openPlainBrowser({ DB: databaseWith({ prepare }) });
    await failing.open("/register");
    expect((await failing.submit({ name: "N", email, password: PASSWORD })).status).toBe(503);
    const browser = openPlainBrowser();
    await browser.open("/register");
    const { status, text } = await browser.submit({ name: "N", email, password: PASSWORD });
    expect([status, text.includes("If you have just created it, sign in with your password.")]).toEqual([409, true]);
    await browser.open("/login");
    expect(isSignedIn(await browser.submit({ email, password: PASSWORD }))).toBe(true);
  });
});

describe("signing in", () => {
  test("leads back to the previous page", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    expect((await browser.open("/things?q=tea")).path).toMatch(/^\/login\?next=/);
    const page = await browser.submit({ email: user.email, password: PASSWORD });
    expect([page.path, isSignedIn(page)]).toEqual(["/things?q=tea", true]);
  });

  test("with a wrong password or address says only that one of them is, and keeps the way on", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    for (const email of [user.email, freshEmail(), "no address"]) {
      await browser.open("/login?next=/things?q=tea");
      const response = await browser.submit({ email, password: "the wrong password" });
      expect([response.status, isSignedIn(response)]).toEqual([401, false]);
      expect(response.text).toContain('role="alert"><ul><li>The e-mail address or the password is wrong.');
      expect(response.text).toContain(`name="email" type="email" value="${email}"`);
      expect(response.text).not.toContain("the wrong password");
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
  test("is replaced through the mailed link, once, and the old one is then refused", async () => {
    const [browser, { user }] = [openPlainBrowser(), await createAccount()];
    await browser.open("/forgot-password");
    const asked = await browser.submit({ email: user.email });
    expect([asked.path, flashOf(asked)]).toEqual(["/login", expect.stringMatching(/on its way/)]);
    const link = await linkIn(browser, user.email);
    const username = `<input type="email" value="${user.email}" autocomplete="username"`;
    expect((await browser.open(link)).text).toContain(username);
    const refused = await browser.submit({ password: "password" }, "/reset-password");
    expect([refused.status, refused.text.includes(username)]).toEqual([400, true]);
    const replaced = await browser.submit({ password: "a new one for tests" }, "/reset-password");
    expect([replaced.path, flashOf(replaced)]).toEqual(["/login", "Your password has been changed. Sign in with it."]);
    expect((await browser.submit({ email: user.email, password: PASSWORD })).status).toBe(401);
    expect(isSignedIn(await browser.submit({ email: user.email, password: "a new one for tests" }))).toBe(true);
    const token = new URL(link, "http://localhost").searchParams.get("token") ?? "";
    const used = await browser.submit({ token, password: "yet another for tests" }, "/reset-password");
    expect([used.status, used.text.includes('href="/forgot-password">Ask for a new link')]).toEqual([422, true]);
  });

  test("is asked for with the same response whether there is an account or not", async () => {
    const { user } = await createAccount();
    const responses = [];
    for (const email of [user.email, freshEmail()]) {
      const browser = openPlainBrowser();
      await browser.open("/forgot-password");
      const { text, ...response } = await browser.submit({ email });
      responses.push({ ...response, text: text.replaceAll(/name="csrf" value="[^"]*"/g, "") });
    }
    expect(responses[0]).toEqual(responses[1]);
  });
});

describe("a user who is signed in", () => {
  test.each([
    ["/login", facts.startPath],
    ["/login?next=/things?q=tea", "/things?q=tea"],
    ["/login?next=//other.example", facts.startPath],
    ["/login?next=/login?next=/things", "/things"],
    ["/register", facts.startPath],
    ["/forgot-password", "/forgot-password"],
  ])("is led from %s to %s", async (path, to) => {
    const browser = await openPlainBrowserOf(await createAccount());
    expect((await browser.open(path)).path).toBe(to);
  });

  test("according to a replica only is shown the form: a redirect would loop", async () => {
    const [account, replicated] = [await createAccount(), await createReplica()];
    const { headers } = await openBrowser(account);
    await replicated.sync();
    const bookmark = `0000000a-00000000-00000000-${"a".repeat(32)}`;
    const init = { headers: { ...headers, Cookie: `${headers.Cookie}; __Host-bookmark=${bookmark}` } };
    expect((await send("/login", init, { DB: replicated.DB })).status).toBe(303);
    await env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(account.user.id).run();
    expect((await send("/login", init, { DB: replicated.DB })).status).toBe(200);
  });
});

describe("a link that does not work", () => {
  const account = facts.paths.account ?? facts.startPath;
  test.each([
    ["/reset-password", "visitor", 'href="/forgot-password">Ask for a new link'],
    ["/reset-password?token=x", "visitor", 'href="/login">Sign in'],
    ["/reset-password?token=x", "unconfirmed", 'href="/forgot-password">Ask for a new link'],
    ["/verify-email", "visitor", `href="/login?next=${encodeURIComponent(account)}">Sign in`],
    ["/verify-email?token=x", "unconfirmed", `href="${account}">Go to your account`],
    ["/verify-email?token=x", "confirmed", `href="${facts.startPath}">Continue`],
  ])("%s offers a %s a link to continue: %s", async (path, who, link) => {
    const browser =
      who === "visitor"
        ? openPlainBrowser()
        : await openPlainBrowserOf(await createAccount({ emailVerified: who === "confirmed" }));
    const page = await browser.open(path);
    expect([page.status, page.text.includes(link), page.text.includes('method="post" action="/reset')]).toEqual([
      200,
      true,
      false,
    ]);
    expect(page.text).not.toContain('type="password"');
  });

  test("without mail offers no new link", async () => {
    const { text } = await openPlainBrowser({ ENVIRONMENT: "production", PUBLIC_ORIGIN: "http://localhost" }).open(
      "/reset-password",
    );
    expect([text.includes("Mail is not configured"), text.includes("Ask for a new link")]).toEqual([true, false]);
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

test("bytes that are not valid UTF-8 are handled", async () => {
  const headers = { "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded" };
  const body = Uint8Array.of(0x65, 0x6d, 0x61, 0x69, 0x6c, 0x3d, 0xff, 0xfe, 0x25, 0x45, 0x44, 0x26, 0x25);
  expect((await send("/login", { method: "POST", headers, body })).status).toBe(401);
  expect((await send("/login?next=%ff%fe%&token=%")).status).toBe(200);
});
