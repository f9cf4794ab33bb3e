import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../../src/env.ts";
import { newAddress, PASSWORD, send, sendJson } from "../../../harness.ts";
import { BROKEN } from "../../../identity/limits/counting.ts";

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

const SIGN_INS: Partial<Env> = { SIGN_IN_RATE_LIMIT: 1000 };
const newEmail = () => `${crypto.randomUUID()}@example.com`;
const registration = () => ({ email: newEmail(), name: "Ada", password: PASSWORD });

const api = (path: string, body: object, ip: string, bindings: Partial<Env> = {}) =>
  sendJson("POST", path, body, { "CF-Connecting-IP": ip }, { ...SIGN_INS, ...bindings });
const form = (path: string, fields: Record<string, string>, ip: string, bindings: Partial<Env> = {}) => {
  const headers = { "Sec-Fetch-Site": "same-origin", "CF-Connecting-IP": ip };
  return send(path, { method: "POST", headers, body: new URLSearchParams(fields) }, { ...SIGN_INS, ...bindings });
};

/** Everything that causes a mail with a link, with the statuses that say that it was admitted. */
const WAYS: Record<string, (ip: string, bindings?: Partial<Env>) => Promise<Response>> = {
  "POST /api/auth/forgot-password": (ip, bindings) =>
    api("/api/auth/forgot-password", { email: newEmail() }, ip, bindings),
  "POST /api/auth/register": (ip, bindings) => api("/api/auth/register", registration(), ip, bindings),
  "POST /forgot-password": (ip, bindings) => form("/forgot-password", { email: newEmail() }, ip, bindings),
  "POST /register": (ip, bindings) => form("/register", registration(), ip, bindings),
};
const forgot = async (ip: string) => (await api("/api/auth/forgot-password", { email: newEmail() }, ip)).status;
const forgotTimes = async (count: number, ip: string) => {
  const statuses: number[] = [];
  for (let i = 0; i < count; i++) statuses.push(await forgot(ip));
  return statuses;
};

test("10 mails in 15 minutes from one address, over all the routes together", async () => {
  const ip = newAddress();
  for (const [name, ask] of Object.entries(WAYS)) {
    expect([name, [201, 202, 303]]).toEqual([name, expect.arrayContaining([(await ask(ip)).status])]);
  }
  expect(await forgotTimes(7, ip)).toEqual([...Array(6).fill(202), 429]);
  for (const [name, ask] of Object.entries(WAYS)) expect([name, (await ask(ip)).status]).toEqual([name, 429]);
  expect(await forgot(newAddress())).toBe(202);
  vi.advanceTimersByTime(15 * 60_000 - 1);
  expect(await forgot(ip)).toBe(429);
  vi.advanceTimersByTime(1);
  expect(await forgot(ip)).toBe(202);
});

describe.each(Object.entries(WAYS))("%s", (_, ask) => {
  test("is refused as the eleventh, with no mail and no account", async () => {
    const ip = newAddress();
    await forgotTimes(10, ip);
    const count = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");
    const before = await count("outbox");
    const response = await ask(ip);
    expect([response.status, Number(response.headers.get("Retry-After"))]).toEqual([429, 900]);
    expect(await count("outbox")).toBe(before);
  });

  test("is 503 while nothing can be counted", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    expect((await ask(newAddress(), BROKEN)).status).toBe(503);
    error.mockRestore();
  });
});

describe("does not count:", () => {
  const FREE: [string, number, (ip: string) => Promise<Response>][] = [
    ["an address that is none, in the API", 400, (ip) => api("/api/auth/forgot-password", { email: "none" }, ip)],
    ["an address that is none, in the form", 400, (ip) => form("/forgot-password", { email: "none" }, ip)],
    ["a registration that does not fit", 400, (ip) => api("/api/auth/register", { ...registration(), name: "" }, ip)],
    ["a form of one that does not", 400, (ip) => form("/register", { ...registration(), password: "short" }, ip)],
    ["a sign-in", 401, (ip) => api("/api/auth/login", { email: newEmail(), password: "a wrong one" }, ip)],
  ];
  test.each(FREE)("%s", async (_, status, ask) => {
    const ip = newAddress();
    for (let i = 0; i < 11; i++) expect((await ask(ip)).status).toBe(status);
    expect(await forgotTimes(11, ip)).toEqual([...Array(10).fill(202), 429]);
  });
});
