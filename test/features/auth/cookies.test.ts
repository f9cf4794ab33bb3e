import { expect, test } from "vitest";
import { createAccount, PASSWORD, PRODUCTION, send } from "../../harness.ts";
import { places } from "../../identity/sessions/places.ts";

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
    ["session", "device", "bookmark"].flatMap((name) => [`__Host-${name}`, ...(isLocal ? [name] : [])]),
  );
  expect(cookies.join()).not.toMatch(/domain/i);
});
