/** `POST /api/me/keys` with an `Idempotency-Key`: a repeated request creates nothing and gets the same key. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import type { Env } from "../../../src/env.ts";
import { type Call, type Failure, fail, intercepted } from "../../faults.ts";
import {
  type Account,
  type Browser,
  createAccount,
  createKey,
  openBrowser,
  PERMISSION,
  send,
  sendJson,
} from "../../harness.ts";
import { openClient } from "../../identity/credential-holder.ts";

let me: Account;
beforeEach(async () => {
  me = await createAccount();
});

const NEW = { name: "backup", permissions: [PERMISSION] };

type Client = Pick<Account, "headers"> | Pick<Browser, "headers">;

interface Made {
  readonly status: number;
  readonly isReplayed: boolean;
  readonly location: string | null;
  readonly body: { readonly id?: string; readonly key?: string; readonly detail?: string };
}

async function make(
  idempotencyKey = "k",
  body: object = NEW,
  by: Client = me,
  bindings: Partial<Env> = {},
): Promise<Made> {
  const headers = { ...by.headers, "Idempotency-Key": idempotencyKey };
  const response = await sendJson("POST", "/api/me/keys", body, headers, bindings);
  return {
    status: response.status,
    isReplayed: response.headers.get("Idempotency-Replayed") === "true",
    location: response.headers.get("Location"),
    body: await response.json(),
  };
}

const namesOf = async ({ user }: Account) => {
  const { results } = await env.DB.prepare("SELECT name FROM api_keys WHERE user_id = ?").bind(user.id).all();
  return results.map(({ name }) => name);
};
const mails = () =>
  env.DB.prepare("SELECT count(*) AS n FROM outbox WHERE recipient = ?").bind(me.user.email).first("n");
const use = async (key = "") => (await send("/api/things", { headers: { "X-API-Key": key } })).status;

test("a repeated request gets the same response, and there is one key and one notice", async () => {
  const [first, again] = [await make(), await make('"k"')];
  expect(first).toMatchObject({ status: 201, isReplayed: false, location: `/api/me/keys/${first.body.id}` });
  expect(again).toEqual({ ...first, isReplayed: true });
  expect([await use(again.body.key), await namesOf(me), await mails()]).toEqual([200, ["backup"], 1]);
});

test("without a header, each request creates a key", async () => {
  for (let i = 0; i < 2; i++) await sendJson("POST", "/api/me/keys", NEW, me.headers);
  expect(await namesOf(me)).toEqual(["backup", "backup"]);
});

test.each([
  { ...NEW, name: "another" },
  { ...NEW, expiresAt: new Date(Date.now() + 86_400_000).toISOString() },
  { name: "backup", permissions: [PERMISSION, PERMISSION] },
])("a request with the same header and the different body %j gets 422 and creates nothing", async (body) => {
  const first = await make();
  const other = await make("k", body);
  expect([other.status, other.body.key, other.body.detail]).toEqual([
    422,
    undefined,
    "This Idempotency-Key was already used with a different body. Use a new key.",
  ]);
  expect([await namesOf(me), (await make()).body.key]).toEqual([["backup"], first.body.key]);
});

test("after an unknown permission, the corrected request may use the same header", async () => {
  const unknown = await make("k", { ...NEW, permissions: ["unknown:read"] });
  const corrected = await make();
  expect([unknown.status, corrected.status, corrected.isReplayed, (await make()).body.key]).toEqual([
    400,
    201,
    false,
    corrected.body.key,
  ]);
});

test("another header, and another user, get another key", async () => {
  const other = await createAccount();
  const keys = [await make(), await make("other"), await make("k", NEW, other)].map(({ body }) => body.key);
  expect(new Set(keys).size).toBe(3);
  expect([await namesOf(me), await namesOf(other)]).toEqual([["backup", "backup"], ["backup"]]);
});

test("another session of the user gets another key, with a notice", async () => {
  const clients = [me, await openClient(me), await openBrowser(me)];
  const keys: string[] = [];
  for (const client of clients) {
    const [first, again] = [await make("k", NEW, client), await make("k", NEW, client)];
    expect([first.status, first.isReplayed, again.isReplayed, again.body.key]).toEqual([
      201,
      false,
      true,
      first.body.key,
    ]);
    keys.push(first.body.key ?? "");
    expect(await mails()).toBe(keys.length);
  }
  expect(new Set(keys).size).toBe(3);
});

test("a session that ends during a repeated request is shown nothing", async () => {
  const { body } = await make();
  const ending = intercepted(env, async (call, makeCall) => {
    if (call.name === "DB.batch")
      await env.DB.prepare("UPDATE sessions SET expires_at = 0 WHERE user_id = ?").bind(me.user.id).run();
    return makeCall();
  });
  const again = await make("k", NEW, me, ending);
  expect([again.status, again.body.key]).toEqual([401, undefined]);
  expect(again.body.detail).toContain("The session has ended.");
  expect(await use(body.key)).toBe(200);
});

test("20 simultaneous requests create one key; those that arrive meanwhile get 409", async () => {
  const made = await Promise.all(Array.from({ length: 20 }, () => make()));
  const { key } = (await make()).body;
  const seen = new Set(made.map(({ status, body }) => `${status} ${body.key}`));
  expect([...seen].filter((outcome) => outcome !== "409 undefined")).toEqual([`201 ${key}`]);
  expect([await namesOf(me), await mails()]).toEqual([["backup"], 1]);
});

test.each<[Failure, names: string[]]>([
  ["lost response", ["backup"]],
  ["lost request", []],
])("after a %s, a repeated request gets the key", async (fate, names) => {
  const lost: Call[] = [];
  const lossy = intercepted(env, (call, makeCall) => {
    if (call.name !== "DB.batch" || lost.length > 0) return makeCall();
    lost.push(call);
    return fail(call, fate, makeCall);
  });
  const first = await make("k", NEW, me, lossy);
  expect([first.status, lost.length, await namesOf(me)]).toEqual([503, 1, names]);
  const again = await make();
  expect([again.status, await use(again.body.key), await namesOf(me)]).toEqual([201, 200, ["backup"]]);
  await make();
  expect(await mails()).toBe(1);
});

test.each<Failure>(["lost request", "lost response"])(
  "the key and the notice arrive, after a %s, although it cannot be recorded that the notice is sent",
  async (fate) => {
    const lost: Call[] = [];
    const lossy = intercepted(env, (call, makeCall) => {
      if (!call.name.startsWith("DB.run(UPDATE api_key_submissions")) return makeCall();
      lost.push(call);
      return fail(call, fate, makeCall);
    });
    const first = await make("k", NEW, me, lossy);
    expect([first.status, lost.length, await use(first.body.key), await mails()]).toEqual([201, 1, 200, 1]);
  },
);

test("the key is stored nowhere", async () => {
  const { key = "none" } = (await make()).body;
  const tables = ["idempotency_keys", "api_keys", "api_key_submissions", "sessions"];
  const rows = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
  expect(JSON.stringify(rows.map(({ results }) => results))).not.toContain(key.slice(key.indexOf("_") + 1));
});

test("the last key of the quota is shown to a repeated request, and no other request succeeds", async () => {
  for (let i = 0; i < 19; i++) await createKey(me, [PERMISSION]);
  const [first, again, more] = [await make(), await make(), await make("more")];
  expect([first.status, again.status, again.body.key, more.status]).toEqual([201, 201, first.body.key, 422]);
});

describe("after a key", () => {
  test("was deleted, a repeated request gets 409 and creates no key", async () => {
    const { location, body } = await make();
    await send(location ?? "", { method: "DELETE", headers: me.headers });
    const again = await make();
    expect([again.status, again.body.key, await namesOf(me), await use(body.key)]).toEqual([409, undefined, [], 401]);
    expect(again.body.detail).toContain("created an API key that has since been deleted.");
  });

  test("can no longer be derived, a repeated request gets 409 and creates no key", async () => {
    await make();
    // As if `TOKEN_KEYS` no longer contained the key that it was derived with.
    await env.DB.prepare("UPDATE api_keys SET key_hash = 'of another key' WHERE user_id = ?").bind(me.user.id).run();
    const again = await make();
    expect([again.status, again.body.key, await namesOf(me)]).toEqual([409, undefined, ["backup"]]);
    expect(again.body.detail).toContain("created an API key that can no longer be shown.");
  });
});

test.each(["", "x".repeat(256)])("the Idempotency-Key %j gets 400", async (given) => {
  expect([(await make(given)).status, await namesOf(me)]).toEqual([400, []]);
});
