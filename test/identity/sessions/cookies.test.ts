import { describe, expect, test } from "vitest";
import { sessionCookie } from "../../../src/identity/sessions/cookies.ts";
import { createAccount, openBrowser, PRODUCTION, sendTo } from "../../harness.ts";
import { credentialApp } from "../credential-app.ts";
import { places } from "./places.ts";

const HOST = "__Host-session=s3cret; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax; Secure";
const LOCAL = "session=s3cret; HttpOnly; Max-Age=2592000; Path=/; SameSite=Lax";

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

  test("the cookie that removes it differs in the value and Max-Age only", () => {
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

test.each(places)(
  "the plain cookie alone signs in at %s in %j only if it is set there",
  async (url, ENVIRONMENT, isLocal) => {
    const { headers } = await openBrowser(await createAccount());
    const Cookie = headers.Cookie.replace("__Host-", "");
    const response = await sendTo(
      credentialApp,
      new URL("/whoami", url).href,
      { headers: { Cookie } },
      { ...PRODUCTION, ENVIRONMENT },
    );
    expect(response.status).toBe(isLocal ? 200 : 401);
  },
);
