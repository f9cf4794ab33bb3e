import { env } from "cloudflare:test";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { createAccount, createKey, send, sendJson } from "../harness.ts";

// Time passes only where a test says so, for the objects, too: a slow machine does not come to the end of a window.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterAll(() => void vi.useRealTimers());

const BROKEN = {
  RATE_LIMITER: { idFromName: () => "id", get: () => ({ take: () => Promise.reject(new Error("down")) }) },
} as unknown as Partial<Env>;

let made = 0;
const freshEmail = () => `person${made++}@example.com`;
const freshAddress = () => ({ "CF-Connecting-IP": `198.51.${made >> 8}.${made++ & 255}` });

/** Without a password nothing is hashed: the limit comes before the input is looked at. */
async function login(email: unknown, headers: Record<string, string>, bindings: Partial<Env> = { AUTH_RATE_LIMIT: 1 }) {
  return (await sendJson("POST", "/api/auth/login", { email }, headers, bindings)).status;
}

describe("the limit of sign-ins", () => {
  test("denies the 11th of a minute, for one address and e-mail", async () => {
    const [email, address] = [freshEmail(), freshAddress()];
    const statuses: number[] = [];
    for (let i = 0; i < 12; i++) statuses.push(await login(email, address, {}));
    expect(statuses).toEqual([...Array<number>(10).fill(400), 429, 429]);
    expect(await login(freshEmail(), address, {})).toBe(400);
    expect(await login(email, freshAddress(), {})).toBe(400);
  });

  test.each([
    ["in capitals", (email: string) => email.toUpperCase()],
    ["with spaces around it", (email: string) => `  ${email}\t\n`],
  ])("counts an e-mail %s as the same", async (_, spell) => {
    const [email, address] = [freshEmail(), freshAddress()];
    expect(await login(email, address)).toBe(400);
    expect(await login(spell(email), address)).toBe(429);
  });

  test("counts an IPv6 address by its /64", async () => {
    const email = freshEmail();
    const from = (address: string) => login(email, { "CF-Connecting-IP": address });
    expect(await from("2001:db8:0:7::1")).toBe(400);
    expect(await from("2001:DB8::7:ffff:0:0:1")).toBe(429);
    expect(await from("2001:db8:0:8::1")).toBe(400);
  });

  test("counts requests without Cloudflare's header together, whatever others they have", async () => {
    const email = freshEmail();
    expect(await login(email, { "X-Forwarded-For": "203.0.113.1" })).toBe(400);
    expect(await login(email, { "X-Forwarded-For": "203.0.113.2" })).toBe(429);
  });

  test("counts what has no e-mail by its address", async () => {
    const address = freshAddress();
    expect(await login(undefined, address)).toBe(400);
    expect(await login(["no", "string"], address)).toBe(429);
  });

  test.each(["/api/auth/register", "/api/auth/forgot-password"])("counts those by %s with them", async (path) => {
    const [email, address] = [freshEmail(), freshAddress()];
    expect(await login(email, address)).toBe(400);
    expect((await sendJson("POST", path, { email }, address, { AUTH_RATE_LIMIT: 1 })).status).toBe(429);
  });

  test.each(["/login", "/register", "/forgot-password"])("counts those by the form of %s with them", async (path) => {
    const [email, address] = [freshEmail(), freshAddress()];
    expect(await login(email, address)).toBe(400);
    const headers = { ...address, "Sec-Fetch-Site": "same-origin" };
    const body = new URLSearchParams({ email: email.toUpperCase() });
    expect((await send(path, { method: "POST", headers, body }, { AUTH_RATE_LIMIT: 1 })).status).toBe(429);
  });

  test("counts who is signed in by their own e-mail, whatever the body says", async () => {
    const [{ headers }, address] = [await createAccount(), freshAddress()];
    const change = () =>
      sendJson("POST", "/api/me/password", { email: freshEmail() }, { ...headers, ...address }, { AUTH_RATE_LIMIT: 1 });
    expect([(await change()).status, (await change()).status]).toEqual([400, 429]);
  });

  test("lets nobody try passwords while they can't be counted", async () => {
    expect(await login(freshEmail(), freshAddress(), BROKEN)).toBe(503);
  });
});

describe("the limit of the API", () => {
  const get = (headers: Record<string, string>, bindings: Partial<Env> = { API_RATE_LIMIT: 2 }) =>
    send("/api/notes", { headers }, bindings).then(({ status }) => status);

  test("counts a user from wherever, and apart from strangers and other users there", async () => {
    const [ada, grace, address] = [await createAccount(), await createAccount(), freshAddress()];
    expect(await get({ ...ada.headers, ...address })).toBe(200);
    expect(await get({ ...ada.headers, ...freshAddress() })).toBe(200);
    expect(await get({ ...ada.headers, ...freshAddress() })).toBe(429);
    expect(await get({ ...grace.headers, ...address })).toBe(200);
    expect(await get(address)).toBe(401);
  });

  test("counts each API key apart from its owner", async () => {
    const { user, headers } = await createAccount();
    const createKey = async () => {
      const { key } = await createKey({ user }, ["notes:read"]);
      return { "X-API-Key": key };
    };
    const [one, other] = [await createKey(), await createKey()];
    for (const status of [200, 200, 429]) expect(await get(one)).toBe(status);
    expect([await get(other), await get(headers)]).toEqual([200, 200]);
  });

  test("counts strangers by their address, also those who show something that is no good", async () => {
    const address = freshAddress();
    expect(await get(address)).toBe(401);
    expect(await get({ ...address, Authorization: "Bearer made-up" })).toBe(401);
    expect(await get({ ...address, "X-API-Key": "candor_made-up" })).toBe(429);
    expect(await get(freshAddress())).toBe(401);
  });

  test("counts the forms around signing in with a stranger's requests", async () => {
    const headers = { ...freshAddress(), "Sec-Fetch-Site": "same-origin" };
    const submit = async (path: string) =>
      (await send(path, { method: "POST", headers, body: new URLSearchParams() }, { API_RATE_LIMIT: 2 })).status;
    expect([await submit("/register"), await submit("/forgot-password"), await submit("/login")]).toEqual([
      400, 400, 429,
    ]);
  });

  test("is 600 a minute, and shown", async () => {
    const { headers } = await createAccount();
    const response = await send("/api/notes", { headers });
    expect(response.headers.get("RateLimit")).toBe('"api";r=599;t=60');
    expect(response.headers.get("RateLimit-Policy")).toBe('"api";q=600;w=60');
  });

  test("lets everybody through while nothing can be counted", async () => {
    const { headers } = await createAccount();
    expect(await get(headers, BROKEN)).toBe(200);
  });
});
