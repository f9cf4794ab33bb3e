/** The first administrator: the account of ADMIN_EMAIL, once its address is proved, and only while there is none. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { createEmailToken } from "../../../src/identity/tokens/email-tokens.ts";
import { claimFirstAdministrator, setRole } from "../../../src/identity/users/users.ts";
import { createAccount, PASSWORD, send, sendJson } from "../../harness.ts";
import { ask } from "../../identity/credential-app.ts";

vi.setConfig({ testTimeout: 60_000 });

const OTHER_PASSWORD = "another password for tests";

/** The owner's address, which `ADMIN_EMAIL` names. */
let email: string;
beforeEach(async () => {
  await env.DB.prepare("UPDATE users SET role = 'user'").run();
  email = `boss-${crypto.randomUUID()}@example.com`;
});

const post = (path: string, body: object, headers: Record<string, string> = {}, ADMIN_EMAIL = email) =>
  sendJson("POST", path, body, headers, { ADMIN_EMAIL });
const signIn = (password: string, ADMIN_EMAIL = email) => post("/api/auth/login", { email, password }, {}, ADMIN_EMAIL);
const column = (name: "id" | "role", address: string = email) =>
  env.DB.prepare(`SELECT ${name} FROM users WHERE email = ?`).bind(address).first<string>(name);
const roleOf = (address?: string) => column("role", address);

async function register(password: string, address: string = email): Promise<Record<string, string>> {
  await post("/api/auth/register", { email: address, name: "Somebody", password });
  const { accessToken } = await (await post("/api/auth/login", { email: address, password }, {}, "")).json<{
    accessToken: string;
  }>();
  return { Authorization: `Bearer ${accessToken}` };
}

/** A link that only the owner gets. */
async function link(purpose: "verify" | "reset", address: string = email): Promise<string> {
  return (await createEmailToken(env.DB, (await column("id", address)) ?? "", purpose)) ?? "";
}
const confirm = async (body: object, headers: Record<string, string> = {}) =>
  (await post("/api/auth/verify-email", { token: await link("verify"), ...body }, headers)).status;
const reset = async (ADMIN_EMAIL = email) =>
  (await post("/api/auth/reset-password", { token: await link("reset"), password: OTHER_PASSWORD }, {}, ADMIN_EMAIL))
    .status;

async function mailsTo(address: string): Promise<number> {
  const sql = "SELECT count(*) AS n FROM outbox WHERE recipient = ? AND subject = 'Your role has changed'";
  return (await env.DB.prepare(sql).bind(address).first<number>("n")) ?? 0;
}

describe("a stranger who registers the address first", () => {
  test("gains nothing by signing in, nor by the owner's press of the link", async () => {
    const headers = await register(PASSWORD);
    expect((await signIn(PASSWORD)).status).toBe(200);
    expect(await confirm({})).toBe(401);
    expect(await confirm({ password: OTHER_PASSWORD })).toBe(401);
    expect(await roleOf()).toBe("user");
    expect((await ask("/administration", headers)).status).toBe(403);
  });

  test("loses the account when its owner resets the password, who is the administrator then", async () => {
    const headers = await register(PASSWORD);
    expect(await reset()).toBe(200);
    expect([await roleOf(), await mailsTo(email)]).toEqual(["admin", 1]);
    expect((await ask("/administration", headers)).status).toBe(401);
    expect((await signIn(PASSWORD)).status).toBe(401);
    const { accessToken } = await (await signIn(OTHER_PASSWORD)).json<{ accessToken: string }>();
    expect((await ask("/administration", { Authorization: `Bearer ${accessToken}` })).status).toBe(200);
  });
});

describe("the owner who registers becomes the administrator", () => {
  test("by the link, while signed in", async () => {
    const headers = await register(PASSWORD);
    expect(await roleOf()).toBe("user");
    expect(await confirm({}, headers)).toBe(200);
    expect([await roleOf(), await mailsTo(email)]).toEqual(["admin", 1]);
    expect((await ask("/administration", headers)).status).toBe(200);
  });

  test("by the link with the password", async () => {
    await register(PASSWORD);
    expect(await confirm({ password: PASSWORD })).toBe(200);
    expect(await roleOf()).toBe("admin");
  });

  test("at the next sign-in, if the address was confirmed before ADMIN_EMAIL was set", async () => {
    await createAccount({ email });
    expect((await signIn(PASSWORD, "")).status).toBe(200);
    expect(await roleOf()).toBe("user");
    expect((await signIn(PASSWORD)).status).toBe(200);
    expect([await roleOf(), await mailsTo(email)]).toEqual(["admin", 1]);
  });

  test("at the next sign-in on the page", async () => {
    await createAccount({ email });
    const headers = { "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
    const body = new URLSearchParams({ email, password: PASSWORD });
    const response = await send("/login", { method: "POST", headers, body }, { ADMIN_EMAIL: email });
    expect([response.status, await roleOf()]).toEqual([303, "admin"]);
  });

  test("once, of sign-ins at the same time", async () => {
    await createAccount({ email });
    await Promise.all(Array.from({ length: 8 }, () => signIn(PASSWORD)));
    expect([await roleOf(), await mailsTo(email)]).toEqual(["admin", 1]);
  });
});

describe("no user becomes the administrator", () => {
  test("by signing in with an address that is not proved", async () => {
    await createAccount({ email, emailVerified: false });
    expect((await signIn(PASSWORD)).status).toBe(200);
    expect(await roleOf()).toBe("user");
  });

  test("by the statement itself, while the address is not proved", async () => {
    const { user } = await createAccount({ email, emailVerified: false });
    expect(await claimFirstAdministrator(env.DB, user.id, email)).toBeUndefined();
    expect(await roleOf()).toBe("user");
  });

  test.each(["", "somebody-else@example.com"])("while ADMIN_EMAIL is %j", async (named) => {
    await createAccount({ email });
    expect((await signIn(PASSWORD, named)).status).toBe(200);
    expect(await reset(named)).toBe(200);
    expect(await roleOf()).toBe("user");
  });

  test("while there is another, whatever the owner does", async () => {
    await createAccount({ role: "admin" });
    await createAccount({ email });
    expect((await signIn(PASSWORD)).status).toBe(200);
    expect(await confirm({ password: PASSWORD })).toBe(200);
    expect(await reset()).toBe(200);
    expect((await signIn(OTHER_PASSWORD)).status).toBe(200);
    expect([await roleOf(), await mailsTo(email)]).toEqual(["user", 0]);
  });

  test("again after a demotion, whatever the owner does", async () => {
    await createAccount({ role: "admin" });
    const { user } = await createAccount({ email, role: "admin" });
    const held = { verify: await link("verify"), reset: await link("reset") };
    expect(await setRole(env.DB, user.id, "user")).toMatchObject({ isNew: true });
    for (const [path, token] of Object.entries({ "verify-email": held.verify, "reset-password": held.reset })) {
      expect((await post(`/api/auth/${path}`, { token, password: OTHER_PASSWORD })).status).toBe(422);
    }
    expect((await signIn(PASSWORD)).status).toBe(200);
    expect(await confirm({ password: PASSWORD })).toBe(200);
    expect(await reset()).toBe(200);
    expect((await signIn(OTHER_PASSWORD)).status).toBe(200);
    expect(await roleOf()).toBe("user");
  });
});

/** As they may stand in a configuration, or be typed. */
const SPELLINGS = [
  ["BOSS@Example.COM", "boss@example.com"],
  ["boss@münchen.example", "boss@xn--mnchen-3ya.example"],
  ["Boss@MÜNCHEN.example", "boss@xn--mnchen-3ya.example"],
  ["boss@XN--MNCHEN-3YA.example", "boss@xn--mnchen-3ya.example"],
] as const;

describe.each(SPELLINGS)("the address %s", (spelled, stored) => {
  beforeEach(() => env.DB.prepare("DELETE FROM users WHERE email = ?").bind(stored).run());

  test("in ADMIN_EMAIL names its account", async () => {
    await createAccount({ email: stored });
    await post("/api/auth/login", { email: stored, password: PASSWORD }, {}, spelled);
    expect(await roleOf(stored)).toBe("admin");
  });

  test("at the registration is the account that ADMIN_EMAIL names", async () => {
    const headers = await register(PASSWORD, spelled);
    const token = await link("verify", stored);
    expect((await post("/api/auth/verify-email", { token }, headers, stored)).status).toBe(200);
    expect(await roleOf(stored)).toBe("admin");
  });
});
