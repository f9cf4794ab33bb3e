/** The form for a new API key, submitted again: it creates nothing twice, and shows the same key. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { EXPIRED_KEY_RETENTION_MS } from "../../../src/identity/tokens/api-keys.ts";
import { hashSecret } from "../../../src/identity/tokens/secret.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { type Call, fail, intercepted } from "../../faults.ts";
import {
  type Account,
  type Browser,
  createAccount,
  createKey,
  openBrowser,
  PASSWORD,
  PERMISSION,
  send,
  submit,
} from "../../harness.ts";
import { cookieOf } from "../../identity/sessions/cookie-of.ts";
import { sweepAll } from "../../sweep.ts";

let me: Account;
let browser: Browser;
beforeEach(async () => {
  me = await createAccount();
  browser = await openBrowser(me);
});

const NEW = { submission: "0b9c3d5e-7f10-4a2b-8c3d-4e5f60718293", name: "backup", [PERMISSION]: "on", days: "30" };
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const KEY = new RegExp(`id="made-key" value="(${APP_ID}_[\\w-]{43})"`);

interface Made {
  readonly status: number;
  readonly text: string;
  readonly key: string | undefined;
  /** The submission of the form on the page. */
  readonly next: string;
}

async function make(fields: Record<string, string> = NEW, by = browser, bindings: Partial<Env> = {}): Promise<Made> {
  const body = new URLSearchParams({ csrf: by.csrf, ...fields });
  const response = await send("/account/keys", { method: "POST", headers: by.headers, body }, bindings);
  const text = await response.text();
  const next = /class="new-key"[\s\S]*?name="submission" value="([^"]*)"/.exec(text)?.[1] ?? "none";
  return { status: response.status, text, key: KEY.exec(text)?.[1], next };
}

const select = async <T>(sql: string, account = me) =>
  (await env.DB.prepare(sql).bind(account.user.id).all<T>()).results;
const keysOf = (account = me) =>
  select<{ id: string; name: string; keyHash: string }>(
    "SELECT id, name, key_hash AS keyHash FROM api_keys WHERE user_id = ? ORDER BY id",
    account,
  );
const namesOf = async (account = me) => (await keysOf(account)).map(({ name }) => name);
const submissionsOf = (account = me) => select("SELECT * FROM api_key_submissions WHERE user_id = ?", account);
const mails = async () =>
  env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(me.user.email).first("n");
const use = async (key = "") => (await send("/api/things", { headers: { "X-API-Key": key } })).status;
const remove = (id = "") => submit(browser, `/account/keys/${id}/delete`, { confirmed: "yes" });

test("the form that is submitted again shows the same key, and there is one key and one notice", async () => {
  const [first, again] = [await make(), await make({ ...NEW, submission: NEW.submission.toUpperCase() })];
  expect([first.status, again.status, again.key]).toEqual([201, 201, first.key]);
  expect(await use(first.key)).toBe(200);
  expect([await namesOf(), await mails()]).toEqual([["backup"], 1]);
});

test("after a lost response, the same form shows the key", async () => {
  const lost: Call[] = [];
  const lossy = intercepted(env, (call, make) => {
    if (call.name !== "DB.batch" || lost.length > 0) return make();
    lost.push(call);
    return fail(call, "lost response", make);
  });
  const first = await make(NEW, browser, lossy);
  expect([first.status, lost.length, await namesOf()]).toEqual([503, 1, ["backup"]]);
  const again = await make();
  expect([again.status, await use(again.key), await namesOf(), await mails()]).toEqual([201, 200, ["backup"], 1]);
});

test("each form has its own id, and so does the one below a new key", async () => {
  const pages = [
    await send("/account", { headers: browser.headers }),
    await send("/account", { headers: browser.headers }),
  ];
  const ids = await Promise.all(
    pages.map(async (page) => /class="new-key"[\s\S]*?name="submission" value="([^"]*)"/.exec(await page.text())?.[1]),
  );
  const all = [...ids, (await make()).next];
  for (const id of all) expect(id).toMatch(UUID);
  expect(new Set([...all, NEW.submission]).size).toBe(4);
});

test("20 simultaneous submissions create one key", async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => make()));
  expect(new Set(made.map(({ status, key }) => `${status} ${key}`)).size).toBe(1);
  expect([await namesOf(), await mails()]).toEqual([["backup"], 1]);
});

test("neither the submission nor the key is stored", async () => {
  const { key = "none" } = await make();
  const stored = JSON.stringify([
    await keysOf(),
    await submissionsOf(),
    await select("SELECT * FROM sessions WHERE user_id = ?"),
  ]);
  expect(await keysOf()).toMatchObject([{ keyHash: hashSecret(key) }]);
  for (const secret of [key, key.slice(APP_ID.length + 1), NEW.submission]) expect(stored).not.toContain(secret);
});

describe("the key depends on", () => {
  const OTHERS: Record<string, Record<string, string>> = {
    "the name": { ...NEW, name: "another" },
    "the expiry": { ...NEW, days: "90" },
    "the submission": { ...NEW, submission: crypto.randomUUID() },
  };
  test.each(Object.entries(OTHERS))("%s", async (_, fields) => {
    const [first, other] = [await make(), await make(fields)];
    expect([first.status, other.status]).toEqual([201, 201]);
    expect(other.key).not.toBe(first.key);
    expect(await keysOf()).toHaveLength(2);
  });

  test("the session, not its last confirmation of the password", async () => {
    const first = await make();
    const other = await make(NEW, await openBrowser(me));
    expect([other.status, other.key === first.key, await mails()]).toEqual([201, false, 2]);
    const fields = { currentPassword: PASSWORD, continue: "/account" };
    const confirmed = await submit(browser, "/account/confirm-password", fields);
    const headers = { ...browser.headers, Cookie: `__Host-session=${cookieOf(confirmed, "session")}` as const };
    const again = await make(NEW, { ...browser, headers });
    expect([again.status, again.key, await mails()]).toEqual([201, first.key, 2]);
  });

  test("the user", async () => {
    const other = await createAccount();
    const [mine, theirs] = [await make(), await make(NEW, await openBrowser(other))];
    expect(theirs.key).not.toBe(mine.key);
    expect([await namesOf(), await namesOf(other)]).toEqual([["backup"], ["backup"]]);
  });
});

test("the last key of the quota is shown when the form is submitted again", async () => {
  for (let i = 0; i < 19; i++) await createKey(me, [PERMISSION]);
  const [first, again, more] = [await make(), await make(), await make({ ...NEW, name: "more" })];
  expect([first.status, again.status, again.key, more.status]).toEqual([201, 201, first.key, 422]);
  expect(more.next).toBe(NEW.submission);
  expect(await keysOf()).toHaveLength(20);
});

describe("a key that was deleted meanwhile", () => {
  const WAYS: Record<string, () => Promise<unknown>> = {
    "by its button": async () => remove((await keysOf())[0]?.id),
    "by the API": async () =>
      send(`/api/me/keys/${(await keysOf())[0]?.id}`, { method: "DELETE", headers: me.headers }),
    "by the sweep": async () => {
      await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE user_id = ?")
        .bind(Date.now() - EXPIRED_KEY_RETENTION_MS - 1, me.user.id)
        .run();
      await sweepAll();
    },
  };
  test.each(Object.entries(WAYS))("%s stays deleted: 409, and the form creates another one", async (_, deleteKey) => {
    const { key } = await make();
    await deleteKey();
    const again = await make();
    expect([again.status, again.key, await namesOf(), await use(key)]).toEqual([409, undefined, [], 401]);
    expect(again.text).toContain('role="alert"><ul><li>This form created a key that has been deleted since.');
    expect(again.text).toContain('value="backup"');
    expect(again.next).toMatch(UUID);
    const other = await make({ ...NEW, submission: again.next });
    expect([other.status, await namesOf()]).toEqual([201, ["backup"]]);
    expect(other.key).not.toBe(key);
  });
});

describe("after a rotation of TOKEN_KEYS", () => {
  const [current] = JSON.parse(env.TOKEN_KEYS).keys;
  const added = { kty: "oct", kid: "added", k: "a".repeat(43) };
  const keySet = (...keys: object[]) => ({ TOKEN_KEYS: JSON.stringify({ keys }) });

  test("the form shows its key while the old key is in use, and new forms use the new key", async () => {
    const { key } = await make();
    const rotated = keySet(added, current);
    expect(await make(NEW, browser, rotated)).toMatchObject({ status: 201, key });
    const other = { ...NEW, submission: crypto.randomUUID() };
    const made = await make(other, browser, rotated);
    expect(await make(other, browser, keySet(added))).toMatchObject({ status: 201, key: made.key });
    expect(await keysOf()).toHaveLength(2);
  });

  test("the form says that the key cannot be shown, and does not create another, when the old key is gone", async () => {
    await make();
    const again = await make(NEW, browser, keySet(added));
    expect([again.status, again.key, await namesOf()]).toEqual([409, undefined, ["backup"]]);
    expect(again.text).toContain("the key can no longer be shown. Delete it, then submit the form again.");
    expect(again.next).toMatch(UUID);
  });
});

test.each(["", "x"])(
  "a form with the id %j is refused, keeps the entered values, and then works",
  async (submission) => {
    const { status, text, next } = await make({ ...NEW, submission });
    expect([status, await namesOf()]).toEqual([400, []]);
    expect(text).toContain('role="alert"><ul><li>The form was incomplete. Submit it again</li></ul>');
    expect(text).toMatch(new RegExp(`value="backup"[^]*name="${PERMISSION}" checked[^]*value="30" selected`));
    expect((await make({ ...NEW, submission: next })).status).toBe(201);
  },
);

test("a form without an id is refused like one with a wrong id, and a form with errors keeps its id", async () => {
  const { submission, ...rest } = NEW;
  expect(await make(rest)).toMatchObject({ status: 400, next: expect.stringMatching(UUID) });
  expect(await make({ ...NEW, name: "" })).toMatchObject({ status: 400, next: submission });
  expect(await namesOf()).toEqual([]);
});

test("a form that was submitted before its session ended creates and shows nothing afterwards", async () => {
  await make();
  const fields = { currentPassword: PASSWORD, newPassword: "another password for tests" };
  await submit(browser, "/account/password", fields);
  expect(await make()).toMatchObject({ key: undefined });
  expect(await namesOf()).toEqual([]);
});

test("the record of a submission is kept as long as the key could be, and erased with the user", async () => {
  await make();
  const [row] = await select<{ expires_at: number }>("SELECT expires_at FROM api_key_submissions WHERE user_id = ?");
  const [key] = await select<{ expires_at: number }>("SELECT expires_at FROM api_keys WHERE user_id = ?");
  expect(row?.expires_at).toBe((key?.expires_at ?? 0) + EXPIRED_KEY_RETENTION_MS);
  await deleteUser(env.DB, me.user.id);
  await sweepAll();
  expect(await submissionsOf()).toEqual([]);
});
