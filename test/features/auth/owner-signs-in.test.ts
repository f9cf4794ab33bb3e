/** After a reset, and in spite of strangers, the owner signs in. */
import { expect, test, vi } from "vitest";
import { PASSWORD, sendJson } from "../../harness.ts";
import { asVisitor, NEW_PASSWORD } from "../../identity/account-event-ways.ts";
import { createHolder } from "../../identity/credential-holder.ts";
import { cookieOf } from "../../identity/sessions/cookie-of.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Whether the token lets its holder try the password after a stranger has used up the attempts. */
async function knowsDevice(email: string, deviceToken: string, password: string): Promise<boolean> {
  const once = { ACCOUNT_RATE_LIMIT: 1 };
  await sendJson("POST", "/api/auth/login", { email, password: "a stranger's guess" }, {}, once);
  return (await sendJson("POST", "/api/auth/login", { email, password, deviceToken }, {}, once)).ok;
}

test.each([
  ["POST /api/auth/reset-password", "api"],
  ["the form of /reset-password", "page"],
])("after %s, the new device token works", async (_, via) => {
  const { user, links } = await createHolder("token");
  const fields = { token: links["reset link"], password: NEW_PASSWORD };
  const response = await (via === "api"
    ? sendJson("POST", "/api/auth/reset-password", fields)
    : asVisitor("/reset-password", fields));
  const deviceToken =
    via === "api" ? (await response.json<{ deviceToken: string }>()).deviceToken : cookieOf(response, "device");
  expect(await knowsDevice(user.email, deviceToken, NEW_PASSWORD)).toBe(true);
});

test("after a reset, the failures before it do not count, also without the device token", async () => {
  const { user, links } = await createHolder("token");
  const [once, { email }] = [{ ACCOUNT_RATE_LIMIT: 1 }, user];
  const signIn = (password: string) => sendJson("POST", "/api/auth/login", { email, password }, {}, once);
  await signIn("a stranger's guess");
  expect((await signIn(PASSWORD)).status).toBe(429);
  await sendJson("POST", "/api/auth/reset-password", { token: links["reset link"], password: NEW_PASSWORD });
  expect((await signIn(NEW_PASSWORD)).status).toBe(200);
});

test("with a device token the owner signs in after a hundred guesses of strangers", async () => {
  const { user, deviceToken } = await createHolder("token");
  const { email } = user;
  const guesses = Array.from({ length: 100 }, (_, guess) => ({ email, password: `a stranger's guess ${guess}` }));
  for (const guess of guesses) await sendJson("POST", "/api/auth/login", guess);
  expect((await sendJson("POST", "/api/auth/login", { email, password: PASSWORD })).status).toBe(429);
  expect((await sendJson("POST", "/api/auth/login", { email, password: PASSWORD, deviceToken })).status).toBe(200);
});
