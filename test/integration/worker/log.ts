/** What the Worker logs: one JSON object a request, which holds decisions and never what a client confided. */
import { afterEach, expect, test } from "vitest";
import { type RunningWorker, startWorker } from "../worker.ts";

let worker: RunningWorker;
afterEach(() => worker.stop());

const SECRETS = ["title-of-a-note", "body-of-a-note", "bearer-secret", "cookie-secret", "query-secret", "path-secret"];
const HEADERS = { Authorization: "Bearer bearer-secret", Cookie: "session=cookie-secret" };
const JSON_HEADERS = { ...HEADERS, "Content-Type": "application/json" };
const NOTE = JSON.stringify({ title: "title-of-a-note", body: "body-of-a-note" });
const EXPORT = "/api/notes/export.csv";

interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** @returns The lines of these requests, in their order, none of which may hold a secret. */
async function logOf(requests: readonly Sent[]): Promise<unknown[]> {
  for (const { path, headers = HEADERS, ...init } of requests) {
    await (await worker.fetch(path, { ...init, headers })).arrayBuffer();
  }
  await expect.poll(() => worker.lines.length).toBeGreaterThanOrEqual(requests.length);
  expect(worker.lines).toHaveLength(requests.length);
  expect(worker.lines.filter((line) => line.includes("\n"))).toEqual([]);
  for (const secret of SECRETS) expect(worker.lines.join("\n")).not.toContain(secret);
  return worker.lines.map((line) => JSON.parse(line));
}

function lineOf(method: string, route: string | null, status: number, more: object = {}) {
  return {
    level: status >= 500 ? "error" : status >= 400 ? "warn" : "info",
    requestId: expect.stringMatching(/^[\w-]{8,64}$/),
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

test("each request is one line with what was asked, decided and answered, and no more", async () => {
  worker = await startWorker();
  const passed = { passed: ["requireContentType"] };
  const lines = await logOf([
    { method: "POST", path: "/api/notes", headers: JSON_HEADERS, body: NOTE },
    { path: "/api/notes?q=query-secret" },
    { path: "/api/notes/path-secret" },
    { method: "POST", path: "/api/notes", body: NOTE },
    { method: "POST", path: "/api/notes", headers: JSON_HEADERS, body: `${NOTE}x` },
    { method: "POST", path: "/api/notes", headers: JSON_HEADERS, body: '{"title-of-a-note":1}' },
    { method: "PROPFIND", path: "/api/notes" },
    { path: "/path-secret" },
    { path: "/" },
    { method: "HEAD", path: EXPORT },
    { path: "/health", headers: { ...HEADERS, "X-Request-Id": "given-by-client" } },
    { path: "/health", headers: { ...HEADERS, "X-Request-Id": "bearer-secret with spaces" } },
  ]);
  expect(lines).toEqual([
    lineOf("POST", "/api/notes", 201, passed),
    lineOf("GET", "/api/notes", 200),
    lineOf("GET", "/api/notes/:id", 404),
    lineOf("POST", "/api/notes", 415, { outcome: "denied", denied: "requireContentType" }),
    lineOf("POST", "/api/notes", 400, passed),
    lineOf("POST", "/api/notes", 400, passed),
    lineOf("PROPFIND", null, 405),
    lineOf("GET", null, 404),
    lineOf("GET", "/", 200),
    lineOf("HEAD", EXPORT, 200),
    lineOf("GET", "/health", 200, { requestId: "given-by-client" }),
    lineOf("GET", "/health", 200),
  ]);
});

test("a request that fails is one line, too, with the error that the client is not shown", async () => {
  worker = await startWorker({ database: "empty" });
  const lines = await logOf([
    { method: "POST", path: "/api/notes", headers: JSON_HEADERS, body: NOTE },
    { path: "/api/notes?q=query-secret" },
  ]);
  const error = expect.objectContaining({
    message: expect.stringContaining("no such table: notes"),
    stack: expect.stringMatching(/\n +at /),
  });
  expect(lines).toEqual([
    lineOf("POST", "/api/notes", 500, { outcome: "error", passed: ["requireContentType"], error }),
    lineOf("GET", "/api/notes", 500, { outcome: "error", error }),
  ]);
});
