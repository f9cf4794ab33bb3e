import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  type Account,
  createAccount,
  createKey,
  openBrowser,
  PASSWORD,
  PERMISSION,
  send,
  sendJson,
} from "../../harness.ts";
import { sendVerifyLink } from "./verify-links.ts";

type Headers = Readonly<Record<string, string>>;

let me: Account;
let token: string;
beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  me = await createAccount({ emailVerified: false });
  await sendVerifyLink(me.user.email);
  const mail = env.DB.prepare("SELECT text FROM outbox WHERE recipient = ?").bind(me.user.email);
  token = /\?token=([\w-]{43})\s/.exec((await mail.first<string>("text")) ?? "")?.[1] ?? "";
});
afterEach(() => vi.useRealTimers());

const verify = (headers: Headers, password?: string, link = token) =>
  sendJson("POST", "/api/auth/verify-email", { token: link, ...(password !== undefined && { password }) }, headers);
const isVerified = async () => {
  const row = env.DB.prepare("SELECT email_verified FROM users WHERE id = ?").bind(me.user.id);
  return (await row.first("email_verified")) === 1;
};

/** Who may confirm an address: the account's own session, or whoever supplies its password. */
const SENDERS: [string, number, (other: Account) => Promise<{ headers: Headers; password?: string }>][] = [
  ["the account's access token", 200, async () => ({ headers: me.headers })],
  ["the account's cookie", 200, async () => ({ headers: (await openBrowser(me)).headers })],
  ["nothing but the password", 200, async () => ({ headers: {}, password: PASSWORD })],
  ["another account's token and the password", 200, async ({ headers }) => ({ headers, password: PASSWORD })],
  ["nothing", 401, async () => ({ headers: {} })],
  ["an empty password", 401, async () => ({ headers: {}, password: "" })],
  ["a wrong password", 401, async () => ({ headers: {}, password: "a wrong password" })],
  ["another account's token", 401, async ({ headers }) => ({ headers })],
  ["another account's token and a wrong password", 401, async ({ headers }) => ({ headers, password: "wrong one" })],
  ["another account's cookie", 401, async (other) => ({ headers: (await openBrowser(other)).headers })],
  ["the account's API key", 401, async () => ({ headers: { "X-API-Key": (await createKey(me, [PERMISSION])).key } })],
  [
    "the account's token of a session that has ended",
    401,
    async () => {
      await env.DB.prepare("DELETE FROM sessions WHERE user_id = ?").bind(me.user.id).run();
      return { headers: me.headers };
    },
  ],
];

describe("POST /api/auth/verify-email", () => {
  test.each(SENDERS)("with %s is %i", async (_, status, by) => {
    const { headers, password } = await by(await createAccount());
    const response = await verify(headers, password);
    expect([response.status, await isVerified()]).toEqual([status, status === 200]);
    expect(response.headers.get("WWW-Authenticate")).toBe(status === 401 ? "Bearer" : null);
    // A refusal does not use the link up.
    expect((await verify({}, PASSWORD)).status).toBe(status === 200 ? 422 : 200);
  });

  test("responds with the user, whose address is confirmed, and no cache stores the response", async () => {
    const response = await verify(me.headers);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect(await response.json()).toEqual({ user: { ...me.user, emailVerified: true } });
  });

  test("a proof does not sign in, and ends nothing", async () => {
    const [browser, { key }] = [await openBrowser(me), await createKey(me, [PERMISSION])];
    const response = await verify({}, PASSWORD);
    expect(response.headers.getSetCookie()).toEqual([]);
    const held: Headers[] = [me.headers, browser.headers, { "X-API-Key": key }];
    for (const headers of held) expect((await send("/api/things", { headers })).status).toBe(200);
  });
});
