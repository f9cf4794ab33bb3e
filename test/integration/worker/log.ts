/** What the Worker logs: one JSON object a request, which holds decisions and never what a client confided. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Client, signUp } from "../client.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

let worker: RunningWorker;
let client: Client;
beforeEach(async () => {
  // Production without a binding for mail logs, too, that it could not send any.
  worker = await startWorker({ environment: "development" });
  client = await signUp(worker);
});
afterEach(() => worker.stop());

const SECRETS = [
  "title-of-a-note",
  "body-of-a-note",
  "bearer-secret",
  "key-secret",
  "cookie-secret",
  "query-secret",
  "path-secret",
  "a password for tests",
  "@example.com",
  "Somebody",
];
const COOKIE = { Cookie: "session=cookie-secret; __Host-session=cookie-secret" };
const NOTE = JSON.stringify({ title: "title-of-a-note", body: "body-of-a-note" });
const EXPORT = "/api/notes/export.csv";

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @returns The lines of the sign-up and of these requests, in their order, none of which may hold a secret. */
async function logOf(requests: readonly Sent[]): Promise<unknown[]> {
  const signedIn = { ...COOKIE, ...client.headers };
  for (const { path, headers = signedIn, ...init } of requests) {
    await (await worker.fetch(path, { ...init, headers, redirect: "manual" })).arrayBuffer();
  }
  const count = SIGN_UP.length + requests.length;
  await expect.poll(() => worker.lines.length).toBeGreaterThanOrEqual(count);
  expect(worker.lines).toHaveLength(count);
  expect(worker.lines.filter((line) => line.includes("\n"))).toEqual([]);
  const secrets = [...SECRETS, client.headers.Authorization.slice("Bearer ".length)];
  for (const secret of secrets) expect(worker.lines.join("\n")).not.toContain(secret);
  return worker.lines.map((line) => JSON.parse(line));
}

function lineOf(method: string, route: string | null, status: number, more: object = {}) {
  return {
    level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
    requestId: expect.stringMatching(/^[\w-]{8,64}$/),
    protocol: "HTTP/1.1",
    method,
    route,
    status,
    duration: expect.any(Number),
    outcome: route === null ? "unmatched" : "resolved",
    passed: [],
    denied: null,
    userId: null,
    ...more,
  };
}

const LIMITS = ["rateLimit", "rateLimit"];
const HASHING = [...LIMITS, "requireContentType", ...LIMITS, "requireHashingCapacity"];
const SIGN_UP = [
  lineOf("POST", "/api/auth/register", 201, { passed: HASHING }),
  lineOf("POST", "/api/auth/login", 200, { passed: HASHING }),
];
const KNOWN = [...LIMITS, "requireAuth", "requireCsrf"];
const PERMITTED = [...KNOWN, "requirePermission"];
const ADDING = [...PERMITTED, "requireQuota"];
const WRITING = [...ADDING, "requireContentType", "claimIdempotencyKey"];

test("each request is one line with what was asked, decided and answered, for whom, and no more", async () => {
  const asJson = { ...COOKIE, ...client.headers, "Content-Type": "application/json" };
  const lines = await logOf([
    { method: "POST", path: "/api/notes", headers: asJson, body: NOTE },
    { path: "/api/notes?q=query-secret" },
    { path: "/api/notes/path-secret" },
    { method: "POST", path: "/api/notes", body: NOTE },
    { method: "POST", path: "/api/notes", headers: asJson, body: `${NOTE}x` },
    { method: "POST", path: "/api/notes", headers: asJson, body: '{"title-of-a-note":1}' },
    { method: "PROPFIND", path: "/api/notes" },
    { path: "/path-secret" },
    { path: "/" },
    { method: "HEAD", path: EXPORT },
    { path: "/notes?q=query-secret" },
    { path: "/health", headers: { ...COOKIE, "X-Request-Id": "given-by-client" } },
    { path: "/health", headers: { ...COOKIE, "X-Request-Id": "bearer-secret with spaces" } },
  ]);
  const { userId } = client;
  const denied = { outcome: "denied", userId };
  expect(lines).toEqual([
    ...SIGN_UP,
    lineOf("POST", "/api/notes", 201, { passed: WRITING, userId }),
    lineOf("GET", "/api/notes", 200, { passed: PERMITTED, userId }),
    lineOf("GET", "/api/notes/:id", 404, { ...denied, passed: PERMITTED, denied: "requireOwnership" }),
    lineOf("POST", "/api/notes", 415, { ...denied, passed: ADDING, denied: "requireContentType" }),
    lineOf("POST", "/api/notes", 400, { passed: WRITING, userId }),
    lineOf("POST", "/api/notes", 400, { passed: WRITING, userId }),
    lineOf("PROPFIND", null, 405),
    lineOf("GET", null, 404),
    lineOf("GET", "/", 200, { passed: [...LIMITS, "loadSession"] }),
    lineOf("HEAD", EXPORT, 200, { passed: KNOWN, userId }),
    lineOf("GET", "/notes", 200, { passed: [...LIMITS, "loadSession", "requireAuth"], userId }),
    lineOf("GET", "/health", 200, { requestId: "given-by-client" }),
    lineOf("GET", "/health", 200),
  ]);
});

test("what nobody is recognised by is in no line either", async () => {
  const lines = await logOf([
    { path: "/api/notes?q=query-secret", headers: { Authorization: "Bearer bearer-secret" } },
    { path: "/api/notes", headers: { "X-API-Key": "key-secret" } },
    { path: "/api/notes", headers: COOKIE },
    { path: "/notes?q=query-secret", headers: { ...COOKIE, Accept: "text/html" } },
  ]);
  const denied = { outcome: "denied", passed: LIMITS, denied: "requireAuth" };
  expect(lines).toEqual([
    ...SIGN_UP,
    ...Array.from({ length: 3 }, () => lineOf("GET", "/api/notes", 401, denied)),
    lineOf("GET", "/notes", 303, { ...denied, passed: [...LIMITS, "loadSession"] }),
  ]);
});

test("a request that fails is one line, too, with the error that the client is not shown in production", async () => {
  await (await worker.database()).prepare("DROP TABLE notes").run();
  const lines = await logOf([
    {
      method: "POST",
      path: "/api/notes",
      headers: { ...client.headers, "Content-Type": "application/json" },
      body: NOTE,
    },
    { path: "/api/notes?q=query-secret" },
  ]);
  const error = expect.objectContaining({
    message: expect.stringContaining("no such table: notes"),
    stack: expect.stringMatching(/\n +at /),
  });
  const failed = { outcome: "error", userId: client.userId, error };
  expect(lines).toEqual([
    ...SIGN_UP,
    lineOf("POST", "/api/notes", 500, { ...failed, passed: WRITING }),
    lineOf("GET", "/api/notes", 500, { ...failed, passed: PERMITTED }),
  ]);
});
