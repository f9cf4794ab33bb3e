/** Each route has a prepared request, and the request does what it says: once, and sent again. */
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { app as ownApp } from "../src/app.ts";
import { send } from "./harness.ts";
import { finish, labelsOf, routeRequests } from "./route-requests.ts";

const labels = labelsOf(ownApp.handlers);
// Requests that hash passwords take their time on a slow machine.
vi.setConfig({ testTimeout: 60_000 });

/** More requests than one isolate would get from one machine in time. */
const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

// So that nobody waits too long for a hash.
beforeAll(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterAll(() => void vi.useRealTimers());

test("each route has a request, and each request has a route", () => {
  const hint = "Prepare one request for each route in the file requests.ts of its tests";
  expect(Object.keys(routeRequests).sort(), hint).toEqual([...labels].sort());
});

test.each(labels)(
  "%s: the prepared request succeeds, and has its stated status when it is sent again",
  async (label) => {
    const prepared = await routeRequests[label]?.();
    if (!prepared) return expect.fail("There is no request");
    const { path, init, status, repeatStatus = status, isRepeated = false, stateOf } = prepared;
    const ask = async () => {
      const response = await send(path, init, UNLIMITED);
      await finish(response);
      return response.status;
    };
    expect(await ask()).toBe(status);
    const state = await stateOf?.();
    expect(await ask()).toBe(repeatStatus);
    if (!isRepeated) expect(await stateOf?.()).toEqual(state);
  },
);
