/** Each route that takes a body stops waiting if the client stops sending. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Handler } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createApp, facts, send, sendTo } from "../../harness.ts";
import { labelsOf, routeRequests } from "../../route-requests.ts";

const PAUSE_MS = 30_000;

beforeEach(() => {
  for (const method of ["log", "error", "warn"] as const) vi.spyOn(console, method).mockImplementation(() => {});
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Creates a body whose second half never arrives. */
function halfOf(bytes: Uint8Array) {
  const seen = { isWaiting: false, isCancelled: false };
  let isSent = false;
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> | undefined => {
    if (isSent) {
      seen.isWaiting = true;
      return new Promise(() => {});
    }
    isSent = true;
    controller.enqueue(bytes.slice(0, Math.max(1, bytes.byteLength / 2)));
    return undefined;
  };
  const cancel = () => {
    seen.isCancelled = true;
  };
  return { seen, stream: new ReadableStream({ pull, cancel }, { highWaterMark: 0 }) };
}

function takesBody({ request, guards = [] }: Handler<never>): boolean {
  return request?.body !== undefined || guards.some((guard) => factsOf(guard)?.isWholeBody);
}

const labels = labelsOf(facts.handlers.filter(takesBody)).filter((label) => label in routeRequests);
const cases = labels.flatMap((label) => [true, false].map((isDeclared) => ({ label, isDeclared })));

test.each(cases)("$label, with a declared length: $isDeclared", async ({ label, isDeclared }) => {
  const prepared = await routeRequests[label]?.();
  if (!prepared) return expect.fail("There is no request");
  const { body, ...init } = prepared.init ?? {};
  const bytes = new Uint8Array(await new Response(body ?? "").arrayBuffer());
  const { seen, stream } = halfOf(bytes);
  const headers = new Headers(init.headers);
  if (isDeclared) headers.set("Content-Length", String(bytes.byteLength));
  const done = vi.fn();
  const sending = send(prepared.path, { ...init, headers, body: stream });
  sending.then(done, done);
  await vi.waitUntil(() => seen.isWaiting || done.mock.calls.length > 0);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(PAUSE_MS - 1000);
  expect(done).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  const response = await sending;
  expect([response.status, await response.text()]).toEqual([
    408,
    expect.stringContaining("No byte of the body arrived for 30 seconds"),
  ]);
});

test("a body with a limit that a handler reads itself times out", async () => {
  const app = createApp([
    route.post("/api/text", {
      maxBodyBytes: 10,
      responses: {},
      resolve: async ({ request }) => new Response(await request.text()),
    }),
  ]);
  const { seen, stream } = halfOf(new Uint8Array(4));
  const sending = sendTo(app, "/api/text", { method: "POST", body: stream });
  await vi.waitUntil(() => seen.isWaiting);
  await vi.advanceTimersByTimeAsync(PAUSE_MS);
  vi.useRealTimers();
  expect([(await sending).status, seen.isCancelled]).toEqual([408, true]);
});
