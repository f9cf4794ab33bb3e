/** The results of the readiness checks are remembered for 5 seconds, separately for each environment. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { publish } from "../../../scripts/assets.ts";
import type { Env } from "../../../src/env.ts";
import { BOOKMARK_HEADER } from "../../../src/web/platform/bookmark.ts";
import { site } from "../../assets/assets.ts";
import { databaseWith } from "../../databases.ts";
import { app } from "../../harness.ts";
import { createReplica } from "../../replica.ts";

beforeAll(async () => void (await publish(site({ "page.css": "" }), env)));
beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** Creates an environment whose database counts the checks. They fail while it is down. */
function createEnvironment({ isDown = false } = {}) {
  const environment = { isDown, checks: 0 };
  const DB = databaseWith({
    prepare: (sql) => {
      if (sql.includes("SELECT 1 FROM users")) environment.checks += 1;
      return env.DB.prepare(environment.isDown ? "SELECT 1 FROM no_such_table" : sql);
    },
  });
  const ADDRESS_LIMIT: RateLimit = { limit: async () => ({ success: true }) };
  const bindings: Env = { ...env, DB, ADDRESS_LIMIT };
  return Object.assign(environment, {
    async ask() {
      const ctx = createExecutionContext();
      const response = await app.fetch(new Request("http://localhost/health/ready"), bindings, ctx);
      await waitOnExecutionContext(ctx);
      const { status, checks } = await response.json<{ status: string; checks: Record<string, string> }>();
      return [response.status, status, checks.database, response.headers.get("Retry-After")];
    },
  });
}

const OK = [200, "ok", "ok", null];
const failed = (seconds: string) => [503, "unavailable", "failed", seconds];
const passTime = (ms: number) => vi.setSystemTime(Date.now() + ms);

test("a success is remembered for 5 seconds", async () => {
  const environment = createEnvironment();
  expect([await environment.ask(), environment.checks]).toEqual([OK, 1]);
  environment.isDown = true;
  passTime(4_999);
  expect([await environment.ask(), environment.checks]).toEqual([OK, 1]);
  passTime(1);
  expect([await environment.ask(), environment.checks]).toEqual([failed("5"), 2]);
});

test("the checks read from the primary, whatever bookmark the client has, since others get their results", async () => {
  const replica = await createReplica();
  const bindings: Env = { ...env, DB: replica.DB, ADDRESS_LIMIT: { limit: async () => ({ success: true }) } };
  const headers = { [BOOKMARK_HEADER]: "00000000-00000001-00000000-00000000000000000000000000000000" };
  const ctx = createExecutionContext();
  const response = await app.fetch(new Request("http://localhost/health/ready", { headers }), bindings, ctx);
  await waitOnExecutionContext(ctx);
  expect([response.status, replica.reads(), replica.constraints]).toEqual([200, 0, ["first-primary"]]);
});

test("a failure is remembered for 5 seconds, and Retry-After says when the next check is possible", async () => {
  const environment = createEnvironment({ isDown: true });
  expect([await environment.ask(), environment.checks]).toEqual([failed("5"), 1]);
  environment.isDown = false;
  for (const [ms, seconds] of [
    [1_000, "4"],
    [2_500, "2"],
    [1_499, "1"],
  ] as const) {
    passTime(ms);
    expect([await environment.ask(), environment.checks]).toEqual([failed(seconds), 1]);
  }
  passTime(1);
  expect([await environment.ask(), environment.checks]).toEqual([OK, 2]);
});

describe.each([
  ["succeeds", false, OK],
  ["fails", true, failed("5")],
] as const)("a check that %s", (_, isDown, result) => {
  test("is shared by parallel requests", async () => {
    const environment = createEnvironment({ isDown });
    const results = await Promise.all(Array.from({ length: 20 }, () => environment.ask()));
    expect([results, environment.checks]).toEqual([Array(20).fill(result), 1]);
  });
});

test("another environment has checks of its own", async () => {
  const [one, other] = [createEnvironment(), createEnvironment({ isDown: true })];
  expect([await one.ask(), await other.ask(), await one.ask()]).toEqual([OK, failed("5"), OK]);
});

test("a result is not remembered if the clock goes back", async () => {
  const environment = createEnvironment();
  await environment.ask();
  passTime(-3_600_000);
  expect([await environment.ask(), environment.checks]).toEqual([OK, 2]);
});
