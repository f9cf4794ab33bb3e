import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../../src/env.ts";
import { createAccount, newAddress, openBrowser, send } from "../../../harness.ts";
import { BROKEN } from "../../../identity/limits/counting.ts";

vi.setConfig({ testTimeout: 60_000 });
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

/** The ways to have the link sent again, each with the status that says that it was admitted. */
const WAYS: Record<string, (ip: string, bindings?: Partial<Env>) => Promise<Response>> = {
  "POST /api/me/verify-email": async (ip, bindings) => {
    const { headers } = await createAccount({ emailVerified: false });
    const init = { method: "POST", headers: { ...headers, "CF-Connecting-IP": ip } };
    return send("/api/me/verify-email", init, bindings);
  },
  "POST /account/verify-email": async (ip, bindings) => {
    const { headers, csrf } = await openBrowser(await createAccount({ emailVerified: false }));
    const init = {
      method: "POST",
      headers: { ...headers, "CF-Connecting-IP": ip },
      body: new URLSearchParams({ csrf }),
    };
    return send("/account/verify-email", init, bindings);
  },
};
const ADMITTED = [202, 303];
const again = async (ip: string) => (await WAYS["POST /api/me/verify-email"]?.(ip))?.status;
const againTimes = async (count: number, ip: string) => {
  const statuses: (number | undefined)[] = [];
  for (let i = 0; i < count; i++) statuses.push(await again(ip));
  return statuses;
};

test("10 mails in 15 minutes from one address, over both routes together", async () => {
  const ip = newAddress();
  for (const [name, ask] of Object.entries(WAYS)) {
    expect([name, ADMITTED]).toEqual([name, expect.arrayContaining([(await ask(ip)).status])]);
  }
  expect(await againTimes(9, ip)).toEqual([...Array(8).fill(202), 429]);
  for (const [name, ask] of Object.entries(WAYS)) expect([name, (await ask(ip)).status]).toEqual([name, 429]);
  expect(await again(newAddress())).toBe(202);
  vi.advanceTimersByTime(15 * 60_000 - 1);
  expect(await again(ip)).toBe(429);
  vi.advanceTimersByTime(1);
  expect(await again(ip)).toBe(202);
});

describe.each(Object.entries(WAYS))("%s", (_, ask) => {
  test("is refused as the eleventh, with no mail", async () => {
    const ip = newAddress();
    await againTimes(10, ip);
    const count = () => env.DB.prepare("SELECT count(*) AS n FROM outbox").first<number>("n");
    const before = await count();
    const response = await ask(ip);
    expect([response.status, Number(response.headers.get("Retry-After"))]).toEqual([429, 900]);
    expect(await count()).toBe(before);
  });

  test("is 503 while nothing can be counted", async () => {
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    expect((await ask(newAddress(), BROKEN)).status).toBe(503);
    error.mockRestore();
  });
});

test("sending the link again to an address that is confirmed does not count", async () => {
  const ip = newAddress();
  const { headers } = await createAccount();
  const init = { method: "POST", headers: { ...headers, "CF-Connecting-IP": ip } };
  for (let i = 0; i < 11; i++) expect((await send("/api/me/verify-email", init)).status).toBe(202);
  expect(await againTimes(11, ip)).toEqual([...Array(10).fill(202), 429]);
});
