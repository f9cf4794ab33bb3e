import { env } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Account, createAccount, openBrowser, PASSWORD, PERMISSION, sendJson, submit } from "../../../harness.ts";

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const KEY = { name: "k", permissions: [PERMISSION] };

async function makeKey({ headers, user }: Account, body: object = KEY): Promise<number> {
  const { status } = await sendJson("POST", "/api/me/keys", body, headers);
  await env.DB.prepare("DELETE FROM api_keys WHERE user_id = ?").bind(user.id).run();
  return status;
}

/** Every change that a mail announces, and the status that says that it was let through. */
const WAYS: Record<string, readonly [made: number, make: (account: Account) => Promise<Response>]> = {
  "POST /api/me/keys": [201, ({ headers }) => sendJson("POST", "/api/me/keys", KEY, headers)],
  "POST /account/keys": [
    201,
    async (account) => submit(await openBrowser(account), "/account/keys", { name: "k", [PERMISSION]: "on" }),
  ],
  "POST /account/password": [
    303,
    async (account) =>
      submit(await openBrowser(account), "/account/password", { currentPassword: PASSWORD, newPassword: PASSWORD }),
  ],
};

const changePassword = ({ headers }: Account) =>
  sendJson("POST", "/api/me/password", { currentPassword: PASSWORD, newPassword: PASSWORD }, headers);

test("of one user, 30 changes in 15 minutes are announced by mail; the 31st of any kind is refused", async () => {
  const account = await createAccount();
  for (let i = 0; i < 30; i++) expect(await makeKey(account)).toBe(201);
  for (const [way, [, make]] of Object.entries(WAYS)) expect([way, (await make(account)).status]).toEqual([way, 429]);
  expect((await changePassword(account)).status).toBe(429);
  const mails = env.DB.prepare("SELECT count(*) FROM outbox WHERE recipient = ?").bind(account.user.email);
  expect(await mails.first("count(*)")).toBe(30);

  const other = await createAccount();
  for (const [way, [made, make]] of Object.entries(WAYS)) {
    expect([way, (await make(other)).status]).toEqual([way, made]);
  }
  vi.advanceTimersByTime(15 * 60_000 + 1);
  expect((await sendJson("POST", "/api/me/keys", KEY, account.headers)).status).not.toBe(429);
});

test("input that does not fit is not counted", async () => {
  const account = await createAccount();
  for (let i = 0; i < 31; i++) expect(await makeKey(account, { ...KEY, permissions: [] })).toBe(400);
  expect(await makeKey(account)).toBe(201);
});
