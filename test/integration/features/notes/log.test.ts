/** What the Worker logs: one JSON object a request, which holds decisions and never what a client confided. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Client, signUp } from "../../client.ts";
import { LIMITS, lineOf, readLog, type Sent } from "../../log.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

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
  "@example.com",
  "Somebody",
];
const COOKIE = { Cookie: "session=cookie-secret; __Host-session=cookie-secret" };
const NOTE = JSON.stringify({ title: "title-of-a-note", body: "body-of-a-note" });
const EXPORT = "/api/notes/export.csv";

const logOf = (requests: readonly Sent[]) =>
  readLog(worker, requests, { ...COOKIE, ...client.headers }, [...SECRETS, client.headers.Authorization.slice(7)]);

const KNOWN = [...LIMITS, "requireAuth", "requireCurrentSession", "requireCsrf"];
const READING = [...LIMITS, "requirePermission(notes:read)", "requireCsrf"];
const ADDING = [...LIMITS, "requirePermission(notes:write)", "requireCsrf", "requireQuota(notes; retries pass)"];
const WRITING = [...ADDING, "requireContentType(application/json)", "claimIdempotencyKey"];

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
    { method: "HEAD", path: EXPORT },
    { path: "/notes?q=query-secret" },
  ]);
  const { userId } = client;
  const denied = { outcome: "denied", userId };
  expect(lines).toEqual([
    lineOf("POST", "/api/notes", 201, { passed: WRITING, userId }),
    lineOf("GET", "/api/notes", 200, { passed: READING, userId }),
    lineOf("GET", "/api/notes/:id", 404, { ...denied, passed: READING, denied: "requireOwnership" }),
    lineOf("POST", "/api/notes", 415, { ...denied, passed: ADDING, denied: "requireContentType(application/json)" }),
    lineOf("POST", "/api/notes", 400, { passed: WRITING, userId }),
    lineOf("POST", "/api/notes", 400, { passed: WRITING, userId }),
    lineOf("PROPFIND", null, 405),
    lineOf("GET", null, 404),
    lineOf("HEAD", EXPORT, 200, { passed: KNOWN, userId }),
    lineOf("GET", "/notes", 200, { passed: [...LIMITS, "loadSession", "requireAuth"], userId }),
  ]);
});

test("values that identify nobody are in no log line, either", async () => {
  const lines = await logOf([
    { path: "/api/notes?q=query-secret", headers: { Authorization: "Bearer bearer-secret" } },
    { path: "/api/notes", headers: { "X-API-Key": "key-secret" } },
    { path: "/api/notes", headers: COOKIE },
    { path: "/notes?q=query-secret", headers: { ...COOKIE, Accept: "text/html" } },
  ]);
  const denied = { outcome: "denied", passed: LIMITS, denied: "requirePermission(notes:read)" };
  expect(lines).toEqual([
    ...Array.from({ length: 3 }, () => lineOf("GET", "/api/notes", 401, denied)),
    lineOf("GET", "/notes", 303, { ...denied, passed: [...LIMITS, "loadSession"], denied: "requireAuth" }),
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
  const failed = { outcome: "failed", phase: "resolve", userId: client.userId, error };
  expect(lines).toEqual([
    lineOf("POST", "/api/notes", 500, { ...failed, passed: WRITING }),
    lineOf("GET", "/api/notes", 500, { ...failed, passed: READING }),
  ]);
});
