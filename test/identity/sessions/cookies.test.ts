import { describe, expect, test } from "vitest";
import { sessionCookie } from "../../../src/identity/sessions/cookies.ts";
import { createAccount, openBrowser, PASSWORD, PRODUCTION, send } from "../../harness.ts";

const HOST = "__Host-session=s3cret; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax; Secure";
const LOCAL = "session=s3cret; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax";

/** Where a request goes, and what it is to get: the plain cookie is for development over http alone. */
const places: [url: string, ENVIRONMENT: string, isLocal: boolean][] = [
  ["http://localhost:8787/", "development", true],
  ["https://localhost:8787/", "development", false],
  ["http://candor.example/", "production", false],
  ["https://candor.example/", "production", false],
  ["http://candor.example/", "staging", false],
];

/** Attributes have no order. */
const sorted = (cookies: string[]) => cookies.map((cookie) => cookie.split("; ").sort().join("; "));

function setCookies(url: string, ENVIRONMENT: string, secret: string | null): string[] {
  const headers = new Headers();
  sessionCookie.set(new Request(url), { ENVIRONMENT }, headers, secret);
  return headers.getSetCookie();
}

const read = (url: string, ENVIRONMENT: string, Cookie: string) =>
  sessionCookie.read(new Request(url, { headers: { Cookie } }), { ENVIRONMENT });

describe.each(places)("at %s in %j", (url, environment, isLocal) => {
  test("the cookie has exactly these attributes", () => {
    const expected = isLocal ? [HOST, LOCAL] : [HOST];
    expect(sorted(setCookies(url, environment, "s3cret"))).toEqual(sorted(expected));
  });

  test("what removes it differs in the value and Max-Age alone", () => {
    const expected = (isLocal ? [HOST, LOCAL] : [HOST]).map((cookie) =>
      cookie.replace("s3cret", "").replace("2592000", "0"),
    );
    expect(sorted(setCookies(url, environment, null))).toEqual(sorted(expected));
  });

  test("the plain cookie is read only in development over http", () => {
    expect(read(url, environment, "session=plain")).toBe(isLocal ? "plain" : undefined);
  });

  test("the one with the prefix is read everywhere, and first", () => {
    expect(read(url, environment, "__Host-session=host")).toBe("host");
    expect(read(url, environment, "session=plain; __Host-session=host")).toBe("host");
  });

  test.each(["", "other=x", "__Host-session=", "__Secure-session=x", "__host-session=x", "Session=x", "session"])(
    "%j holds none",
    (cookie) => expect(read(url, environment, cookie)).toBeUndefined(),
  );
});

describe("through the app", () => {
  const submitLogin = async (url: string, ENVIRONMENT: string) => {
    const { user } = await createAccount();
    const body = new URLSearchParams({ email: user.email, password: PASSWORD });
    const init = { method: "POST", headers: { "Sec-Fetch-Site": "same-origin" }, body };
    return send(new URL("/login", url).href, init, { ...PRODUCTION, ENVIRONMENT });
  };

  test.each(places)("POST /login at %s in %j sets those cookies and no others", async (url, environment, isLocal) => {
    const cookies = (await submitLogin(url, environment)).headers.getSetCookie();
    const names = cookies.map((cookie) => cookie.split("=")[0]);
    expect(names).toEqual(
      isLocal ? ["__Host-session", "session", "__Host-device", "device"] : ["__Host-session", "__Host-device"],
    );
    expect(cookies.join()).not.toMatch(/domain/i);
  });

  test.each(places)(
    "the plain cookie alone signs in at %s in %j only if it is set there",
    async (url, ENVIRONMENT, isLocal) => {
      const { headers } = await openBrowser(await createAccount());
      const Cookie = headers.Cookie.replace("__Host-", "");
      const response = await send(
        new URL("/api/me", url).href,
        { headers: { Cookie } },
        { ...PRODUCTION, ENVIRONMENT },
      );
      expect(response.status).toBe(isLocal ? 200 : 401);
    },
  );
});
