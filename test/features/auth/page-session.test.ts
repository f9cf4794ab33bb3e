/** What signing in and out does with the session of a browser. */
import { describe, expect, test, vi } from "vitest";
import { createAccount, PASSWORD, send } from "../../harness.ts";
import { cookiesIn, type Jar, keepCookie, visit } from "../../identity/sessions/visit.ts";

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

/** Sends a form to the app from a page of ours. */
async function post(jar: Jar, path: string, fields: Record<string, string>) {
  const headers = { Cookie: cookiesIn(jar), "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  const body = new URLSearchParams(fields);
  const response = await send(
    path,
    { method: "POST", headers, body },
    { SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 },
  );
  keepCookie(jar, response);
  return response;
}

const get = async (jar: Jar, key: string) => (await visit(jar, (session) => session.get(key))).given;

test("HEAD uses no message up", async () => {
  const jar = { cookie: "" };
  await post(jar, "/forgot-password", { email: "nobody@example.com" });
  const headers = { Cookie: cookiesIn(jar) };
  const head = await send("/login", { method: "HEAD", headers });
  expect(head.headers.getSetCookie()).toEqual([]);
  expect(await (await send("/login", { headers })).text()).toContain("an e-mail is on its way");
});

describe("a login", () => {
  test("gives a new id and a new secret, carries the data over, and the cookie before it is dead", async () => {
    const { user } = await createAccount();
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("cart", { tea: 2 }));
    const before = { cookie: jar.cookie, ...(await visit(jar, ({ id, csrf }) => ({ id, csrf }))).given };
    expect((await post(jar, "/login", { email: user.email, password: PASSWORD })).status).toBe(303);
    const { given } = await visit(jar, (session) => ({ ...session.data, id: session.id, user: session.user?.id }));
    expect(given).toEqual({ cart: { tea: 2 }, id: expect.any(String), user: user.id });
    expect([jar.cookie === before.cookie, given?.id === before.id]).toEqual([false, false]);
    expect((await visit(jar, ({ csrf }) => csrf)).given).not.toBe(before.csrf);
    expect((await visit({ cookie: before.cookie }, ({ id, user }) => [id, user])).given).toEqual([undefined, null]);
  });

  test("of somebody else in the same browser ends the session before, and hands on nothing of it", async () => {
    const [one, other] = [await createAccount(), await createAccount()];
    const jar = { cookie: "" };
    await post(jar, "/login", { email: one.user.email, password: PASSWORD });
    await visit(jar, (session) => session.set("cart", { tea: 2 }));
    const { cookie } = jar;
    await post(jar, "/login", { email: one.user.email, password: PASSWORD });
    expect(await get(jar, "cart")).toEqual({ tea: 2 });
    await post(jar, "/login", { email: other.user.email, password: PASSWORD });
    expect((await visit(jar, ({ user, data }) => [user?.id, data])).given).toEqual([other.user.id, {}]);
    expect((await visit({ cookie }, ({ user }) => user)).given).toBeNull();
  });

  test("does not adopt a session that an attacker has planted", async () => {
    const { user } = await createAccount();
    const planted = { cookie: "" };
    await visit(planted, (session) => session.set("a", 1));
    await post({ ...planted }, "/login", { email: user.email, password: PASSWORD });
    expect((await visit({ ...planted }, (session) => [session.id, session.user])).given).toEqual([undefined, null]);
  });

  test("with the wrong password changes nothing", async () => {
    const { user } = await createAccount();
    const jar = { cookie: "" };
    await visit(jar, (session) => session.set("a", 1));
    const { cookie } = jar;
    expect((await post(jar, "/login", { email: user.email, password: "wrong password" })).status).toBe(401);
    expect([jar.cookie, await get(jar, "a")]).toEqual([cookie, 1]);
  });
});

test("a sign-out removes the cookie, and its old value is refused", async () => {
  const { user } = await createAccount();
  const jar = { cookie: "" };
  await post(jar, "/login", { email: user.email, password: PASSWORD });
  const [{ cookie }, csrf] = [{ ...jar }, (await visit(jar, (session) => session.csrf)).given ?? ""];
  const response = await post(jar, "/logout", { csrf });
  expect(response.headers.getSetCookie()).toContainEqual(expect.stringMatching(/^__Host-session=;.*Max-Age=0/));
  expect(jar.cookie).toBe("");
  expect((await visit({ cookie }, ({ id, user }) => [id, user])).given).toEqual([undefined, null]);
});
