import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Env } from "../../../../src/env.ts";
import { createAccount, newAddress, send } from "../../../harness.ts";
import { BROKEN } from "../../../identity/limits/counting.ts";

// Time passes only where a test says so, for the objects, too: a slow machine does not come to the end of a window.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date", "setTimeout", "clearTimeout"] }));
afterAll(() => void vi.useRealTimers());

/** Every route that the limit counts, in the API and as a page. */
const NAMES = ["login", "register", "forgot-password", "reset-password", "verify-email"];
const PATHS = [...NAMES.map((name) => `/api/auth/${name}`), ...NAMES.map((name) => `/${name}`)];

let accounts = 0;
/** Without a password nothing is hashed: the limit comes before the input is looked at. */
async function ask(
  path: string,
  address: string,
  bindings: Partial<Env> = {},
  email = `person${accounts++}@example.com`,
) {
  const isApi = path.startsWith("/api/");
  const headers = { "CF-Connecting-IP": address, "Sec-Fetch-Site": "same-origin" };
  const body = isApi ? JSON.stringify({ email }) : new URLSearchParams({ email });
  const typed = isApi ? { ...headers, "Content-Type": "application/json" } : headers;
  // Ten mails are another limit's.
  const path400 = path.endsWith("forgot-password") ? { body: isApi ? "{}" : new URLSearchParams() } : { body };
  return (await send(path, { method: "POST", headers: typed, ...path400 }, bindings)).status;
}

test("30 a minute from one address, over different accounts and all the routes together", async () => {
  const address = newAddress();
  const statuses: number[] = [];
  for (let i = 0; i < 30; i++) statuses.push(await ask(PATHS[i % PATHS.length] ?? "", address));
  expect(statuses).not.toContain(429);
  for (const path of PATHS) expect([path, await ask(path, address)]).toEqual([path, 429]);
  expect(await ask("/api/auth/login", newAddress())).toBe(400);
  vi.advanceTimersByTime(59_999);
  expect(await ask("/api/auth/login", address)).toBe(429);
  vi.advanceTimersByTime(1);
  expect(await ask("/api/auth/login", address)).toBe(400);
});

test.each(PATHS)("%s alone exhausts it", async (path) => {
  const address = newAddress();
  expect(await ask(path, address, { SIGN_IN_RATE_LIMIT: 1 })).not.toBe(429);
  expect(await ask(path, address, { SIGN_IN_RATE_LIMIT: 1 })).toBe(429);
});

test("one account is not counted over addresses", async () => {
  for (let i = 0; i < 3; i++) {
    expect(await ask("/api/auth/login", newAddress(), { SIGN_IN_RATE_LIMIT: 1 }, "one@example.com")).toBe(400);
  }
});

test("an IPv6 address counts by its /64, and requests without an address count together", async () => {
  const from = (address: string) => ask("/api/auth/login", address, { SIGN_IN_RATE_LIMIT: 1 });
  expect(await from("2001:db8:0:7::1")).toBe(400);
  expect(await from("2001:DB8::7:ffff:0:0:1")).toBe(429);
  expect(await from("2001:db8:0:8::1")).toBe(400);
  expect([await from(""), await from("")]).toEqual([400, 429]);
});

test("a credential changes nothing: whoever is signed in counts by the address", async () => {
  const [{ headers }, address] = [await createAccount(), newAddress()];
  const login = async () => {
    const init = {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/json", "CF-Connecting-IP": address },
    };
    return (await send("/api/auth/login", { ...init, body: "{}" }, { SIGN_IN_RATE_LIMIT: 1 })).status;
  };
  expect([await login(), await login()]).toEqual([400, 429]);
});

test.each(PATHS)("while nothing can be counted %s is 503", async (path) => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  expect(await ask(path, newAddress(), BROKEN)).toBe(503);
  error.mockRestore();
});
