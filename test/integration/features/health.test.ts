/** Health, on the built Worker: without a database, and asked for in odd ways. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { lineOf, readLog } from "../log.ts";
import { exchange, expectHeadAsGet, request } from "../socket.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

/** What every app checks; features add their own. */
const SHARED = ["database", "limiter", "assets", "manifest"];

describe("GET /health/ready", () => {
  let worker: RunningWorker;
  afterEach(() => worker.stop());

  /** Every check is `ok` but these. */
  function expectChecks(response: unknown, status: string, others: Readonly<Record<string, string>> = {}) {
    const { checks } = response as { checks: Record<string, string> };
    const allOk = Object.fromEntries([...SHARED, ...Object.keys(checks)].map((name) => [name, "ok"]));
    expect(response).toEqual({ status, checks: { ...allOk, ...others } });
  }

  test("a database without tables is not ready", async () => {
    worker = await startWorker({ database: "empty", environment: "development" });
    await worker.publishAssets();
    const response = await worker.fetch("/health/ready");
    expect(response.status).toBe(503);
    expectChecks(await response.json(), "unavailable", { database: "failed" });
  });

  test("without a database the Worker is alive, not ready, and says when to ask again", async () => {
    worker = await startWorker({ database: "none", environment: "development" });
    await worker.publishAssets();
    expect((await worker.fetch("/health")).status).toBe(200);
    const response = await worker.fetch("/health/ready");
    expect(response.status).toBe(503);
    expect(response.headers.get("Retry-After")).toMatch(/^\d+$/);
    expectChecks(await response.json(), "unavailable", { database: "failed" });
  });
});

test("GET /health/ready remembers its result for 5 seconds, so frequent requests cause few checks", async () => {
  const worker = await startWorker({ environment: "development" });
  try {
    await worker.publishAssets();
    const ask = async () => (await worker.fetch("/health/ready")).status;
    expect(await ask()).toBe(200);
    const database = await worker.database();
    await database.prepare("ALTER TABLE users RENAME TO others").run();
    expect(await ask()).toBe(200);
    await expect.poll(ask, { timeout: 20_000, interval: 500 }).toBe(503);
  } finally {
    await worker.stop();
  }
});

describe("over the wire", () => {
  let worker: RunningWorker;
  let url: URL;
  beforeAll(async () => {
    worker = await startWorker();
    url = await worker.url();
  });
  afterAll(() => worker.stop());

  test.each(["/api/../health", "/./health", "/api/%2e%2E/health", "/a/b/../../health", "/../../health"])(
    "GET %s is answered as /health",
    async (path) => {
      const { status, body } = await exchange(url, [request(`GET ${path}`)]);
      expect([status, body]).toEqual([200, "OK"]);
    },
  );

  test.each(["/health/", "//health", "/Health", "/api/..%2fhealth", "/health%00"])(
    "GET %s is not /health: 404",
    async (path) => {
      const { status, body } = await exchange(url, [request(`GET ${path}`)]);
      expect(status).toBe(404);
      expect(body).toContain("There is nothing at this address.");
    },
  );

  test("HEAD /health has the status and headers of GET, and no body", () => expectHeadAsGet(url, "/health"));
});

test("a request is one line, with the client's request id if it is valid", async () => {
  const worker = await startWorker({ environment: "development" });
  const cookie = { Cookie: "session=cookie-secret; __Host-session=cookie-secret" };
  const lines = await readLog(
    worker,
    [
      { path: "/health", headers: { ...cookie, "X-Request-Id": "given-by-client" } },
      { path: "/health", headers: { ...cookie, "X-Request-Id": "bearer-secret with spaces" } },
    ],
    {},
    ["cookie-secret", "bearer-secret"],
  );
  expect(lines).toEqual([
    lineOf("GET", "/health", 200, { requestId: "given-by-client" }),
    lineOf("GET", "/health", 200),
  ]);
  await worker.stop();
});
