/** The limit `address`, over every route of the table, with a binding that says no. */
import { describe, expect, test, vi } from "vitest";
import { app, newAddress, send } from "../../harness.ts";
import { listRequests } from "../../policy/list-requests.ts";
import { countQueries, countRulings } from "./counting.ts";

const routes = listRequests(app.handlers)
  .filter(({ method }) => method !== "OPTIONS")
  .map(({ method, path, guards }) => ({ method, path, guards, label: `${method} ${path}` }));
/** Routes without guards, which reach no storage. */
const unlimited = routes.filter(({ guards }) => guards.length === 0);

function createLimit(isWithin: boolean) {
  const limit = vi.fn(async (_: { key: string }) => ({ success: isWithin }));
  return { ADDRESS_LIMIT: { limit }, keys: () => limit.mock.calls.map(([{ key }]) => key) };
}

const pathOf = (path: string) =>
  path.replace(":room", "lobby").replace(/:\w+/, "0190a0c4-0000-7000-8000-000000000000").replace("*", "x");

test("there are such routes", () => expect(routes.length).toBeGreaterThan(5));

describe.each(routes.filter((route) => !unlimited.includes(route)))("$label", ({ method, path }) => {
  test("asks once for its client's address, and is 429 before any other work if that has no room", async () => {
    const [address, { ADDRESS_LIMIT, keys }] = [newAddress(), createLimit(false)];
    const [{ DB, queries }, { RATE_LIMITER, rulings }] = [countQueries(), countRulings()];
    const headers = { "CF-Connecting-IP": address, Authorization: "Bearer x", Cookie: "__Host-session=x" };
    const response = await send(pathOf(path), { method, headers }, { ADDRESS_LIMIT, DB, RATE_LIMITER });
    expect([response.status, response.headers.get("Retry-After"), keys()]).toEqual([429, "60", [address]]);
    expect([queries(), rulings()]).toEqual([0, 0]);
  });
});

test.each(unlimited)("$label does not count", async ({ method, path }) => {
  const { ADDRESS_LIMIT, keys } = createLimit(false);
  expect((await send(pathOf(path), { method }, { ADDRESS_LIMIT })).status).toBeLessThan(400);
  expect(keys()).toEqual([]);
});

test.each([
  ["2001:db8:0:7::1", "2001:db8:0:7::/64"],
  ["2001:DB8::7:ffff:0:0:1", "2001:db8:0:7::/64"],
  ["::ffff:192.0.2.1", "192.0.2.1"],
  ["", "unknown"],
])("the address %j counts as %j", async (address, key) => {
  const { ADDRESS_LIMIT, keys } = createLimit(true);
  await send(
    "/things",
    { headers: { "CF-Connecting-IP": address, "X-Forwarded-For": "203.0.113.1" } },
    { ADDRESS_LIMIT },
  );
  expect(keys()).toEqual([key]);
});

test("a binding that fails admits every request", async () => {
  const error = vi.spyOn(console, "error").mockImplementation(() => {});
  const ADDRESS_LIMIT = { limit: () => Promise.reject(new Error("down")) };
  expect((await send("/robots.txt", {}, { ADDRESS_LIMIT })).status).toBe(404);
  expect(error).toHaveBeenCalledOnce();
  error.mockRestore();
});
