import { env } from "cloudflare:test";
import { createHmac } from "node:crypto";
import { html } from "@remix-run/html-template";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createTokenKeys } from "../../../scripts/token-keys.ts";
import type { Env } from "../../../src/env.ts";
import { loadPageContext } from "../../../src/identity/page-context.ts";
import { sessionPage } from "../../../src/identity/scope.ts";
import { loadSession } from "../../../src/identity/sessions/page-session.ts";
import { readTokenKeys } from "../../../src/identity/tokens/token-keys.ts";
import { group } from "../../../src/web/app/scope.ts";
import { htmlResponse } from "../../../src/web/pages/html.ts";
import { messageBox } from "../../../src/web/pages/ui/message.ts";
import { seeOther } from "../../../src/web/respond/see-other.ts";
import { createAccount, createApp, openBrowser, PRODUCTION, sendTo } from "../../harness.ts";
import { flashOf, openPlainBrowser } from "../../plain-browser.ts";

const MESSAGE = "What was asked for is on its way.";
const count = () => env.DB.prepare("SELECT count(*) AS n FROM sessions").first<number>("n");
const encode = (messages: unknown) => Buffer.from(JSON.stringify(messages)).toString("base64url");
const [ownKey] = [...readTokenKeys(env.TOKEN_KEYS).values()];

/** A form that leaves a message, the page that shows it, and one that redirects and shows nothing. */
const app = createApp([
  group({
    guards: [loadSession],
    handlers: [
      sessionPage.route.get("/form", { resolve: () => new Response("a form") }),
      sessionPage.route.post("/form", {
        resolve: ({ locals: { session } }) => {
          session.flash("done", MESSAGE);
          return seeOther("/shown");
        },
      }),
      sessionPage.route.get("/redirect", { resolve: () => seeOther("/shown") }),
      sessionPage.route.get("/shown", {
        resolve: async (c) => {
          const { flashes, csrf } = await loadPageContext(c);
          return htmlResponse(html`${flashes.map((message) => messageBox(message, csrf))}`);
        },
      }),
    ],
  }),
]);

/** Posts the form as a visitor. @returns The values of the cookies that the response sets, by name. */
async function post(bindings: Partial<Env> = {}, origin = "http://localhost") {
  const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  const response = await sendTo(app, `${origin}/form`, { method: "POST", headers }, bindings);
  expect(response.status).toBe(303);
  const cookies = response.headers.getSetCookie();
  return {
    cookies,
    values: new Map(cookies.map((line) => /^([^=]+)=([^;]*)/.exec(line)?.slice(1) as [string, string])),
  };
}

/** What a page shows to a browser with that cookie. */
async function show(cookie: string, bindings: Partial<Env> = {}) {
  const response = await sendTo(app, "/shown", { headers: { Cookie: cookie, Accept: "text/html" } }, bindings);
  const flash = flashOf({ status: response.status, path: "/shown", text: await response.text() });
  return { status: response.status, flash, cookies: response.headers.getSetCookie() };
}

afterEach(() => vi.useRealTimers());

test("15 posts of visitors leave no row, and each its message", async () => {
  const before = await count();
  for (let i = 0; i < 15; i++) {
    const { values } = await post();
    expect([...values.keys()]).toEqual(["__Host-flash", "flash"]);
    expect((await show(`__Host-flash=${values.get("__Host-flash")}`)).flash).toBe(MESSAGE);
  }
  expect(await count()).toBe(before);
});

describe("the cookie", () => {
  test("is for this host alone, for five minutes, and no script reads it", async () => {
    const { cookies } = await post({ ...PRODUCTION }, "https://candor.example");
    expect(cookies).toHaveLength(1);
    const [, ...attributes] = cookies[0]?.split("; ") ?? [];
    expect(attributes.sort()).toEqual(["HttpOnly", "Max-Age=300", "Path=/", "SameSite=Lax", "Secure"]);
  });

  test("is removed by the page that shows the message", async () => {
    const { values } = await post();
    const { flash, cookies } = await show(`__Host-flash=${values.get("__Host-flash")}`);
    expect([flash, cookies.length]).toEqual([MESSAGE, 2]);
    for (const cookie of cookies) expect(cookie).toMatch(/^(__Host-)?flash=;.*Max-Age=0/);
  });

  test("is not touched if there is none", async () => {
    expect((await show("")).cookies).toEqual([]);
  });

  test("is still good after the keys were rotated, while the old one is kept", async () => {
    const { values } = await post();
    const [newKeys, oldKeys] = [createTokenKeys(), env.TOKEN_KEYS].map((ring) => JSON.parse(ring).keys);
    const cookie = `__Host-flash=${values.get("__Host-flash")}`;
    const shown = async (keys: unknown[]) => (await show(cookie, { TOKEN_KEYS: JSON.stringify({ keys }) })).flash;
    expect(await shown([...newKeys, ...oldKeys])).toBe(MESSAGE);
    expect(await shown(newKeys)).toBeUndefined();
  });
});

describe("is ignored:", () => {
  const forged = encode([{ kind: "done", text: "forged" }]);
  const hmac = (key: Parameters<typeof createHmac>[1], text: string) =>
    createHmac("sha256", key).update(text).digest("base64url");
  const VALUES: Record<string, string> = {
    "a message without a signature": forged,
    "a message with an empty signature": `${forged}.`,
    "a message signed with an empty key": `${forged}.${hmac("", `flash ${forged}`)}`,
    "a message signed with another key": `${forged}.${hmac("other", `flash ${forged}`)}`,
    "a message signed with our key for something else": `${forged}.${hmac(ownKey ?? "", `device ${forged}`)}`,
    "a message signed with our key, without saying what for": `${forged}.${hmac(ownKey ?? "", forged)}`,
    "what is not base64": "%%%.%%%",
    "what is not JSON": `AAAA.${"A".repeat(43)}`,
    "an empty value": "",
    "only a dot": ".",
  };
  test.each(Object.entries(VALUES))("%s", async (_, value) => {
    expect(await show(`__Host-flash=${value}`)).toMatchObject({ status: 200, flash: undefined });
  });

  test("a good one with a letter changed anywhere", async () => {
    const good = (await post()).values.get("__Host-flash") ?? "";
    for (let at = 0; at < good.length; at += 7) {
      const changed = good.slice(0, at) + (good[at] === "A" ? "B" : "A") + good.slice(at + 1);
      expect([at, (await show(`__Host-flash=${changed}`)).flash]).toEqual([at, undefined]);
    }
    expect((await show(`__Host-flash=${good}`)).flash).toBe(MESSAGE);
  });

  test("the message of one with the signature of another", async () => {
    const { values } = await post();
    const [, signature] = (values.get("__Host-flash") ?? "").split(".");
    expect((await show(`__Host-flash=${forged}.${signature}`)).flash).toBeUndefined();
  });

  test("the plain cookie in production, where another site of the same domain could set it", async () => {
    const { values } = await post();
    const bindings = { ...PRODUCTION };
    expect((await show(`flash=${values.get("flash")}`, bindings)).flash).toBeUndefined();
    expect((await show(`__Host-flash=${values.get("flash")}`, bindings)).flash).toBe(MESSAGE);
  });

  test("any, for whoever has a session", async () => {
    const { values } = await post();
    const { Cookie } = (await openBrowser(await createAccount())).headers;
    expect((await show(`${Cookie}; __Host-flash=${values.get("__Host-flash")}`)).flash).toBeUndefined();
  });
});

describe("a visitor's message", () => {
  test("survives the redirect behind the form, and is shown once", async () => {
    const browser = openPlainBrowser({}, app);
    await browser.open("/form");
    const page = await browser.submit({});
    expect([page.path, flashOf(page)]).toEqual(["/shown", MESSAGE]);
    expect(flashOf(await browser.open("/shown"))).toBeUndefined();
  });

  test("survives a redirect that shows nothing, and is shown by the page behind it", async () => {
    const { values } = await post();
    const cookie = `__Host-flash=${values.get("__Host-flash")}`;
    const redirect = await sendTo(app, "/redirect", { headers: { Cookie: cookie, Accept: "text/html" } });
    expect([redirect.status, redirect.headers.getSetCookie()]).toEqual([303, []]);
    expect((await show(cookie)).flash).toBe(MESSAGE);
  });
});
