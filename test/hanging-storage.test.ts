/** If storage never responds, each route responds in time, logs an error, and leaves no endless work. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { intercepted } from "./faults.ts";
import { app, sendTo } from "./harness.ts";
import { finish, type PreparedRequest, routeRequests } from "./route-requests.ts";

const ADDRESS_LIMIT = { limit: async () => ({ success: true }) };

/**
 * A call may take 10 s (a write of 10 s, or two attempts of 5 s to read), and a limiter that admits while it is
 * unavailable another 5 s.
 */
const MAX_RESPONSE_MS = 15_000;
/** Writes of an upload may make no progress for 60 s. */
const MAX_UPLOAD_MS = 60_000;
/** The platform ends work that lasts longer after the response. */
const MAX_WORK_MS = 30_000;
/** The step of the clock, which divides all deadlines. */
const STEP_MS = 2_500;

vi.setConfig({ testTimeout: 120_000 });
const log = vi.fn<(line: string) => void>();
beforeEach(() => {
  for (const method of ["log", "error", "warn"] as const) vi.spyOn(console, method).mockImplementation(log);
  log.mockClear();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

interface Outcome {
  readonly status: number;
  /** Milliseconds until the response, and until the end of all work. */
  readonly respondedMs: number;
  readonly endedMs: number;
  /** All bindings that were called, and the names of the calls that did not respond. */
  readonly bindings: ReadonlySet<string>;
  readonly hanging: readonly string[];
}

/** Sends a request while the calls of a binding hang. Time passes only while nothing else is going on. */
async function ask({ path, init }: PreparedRequest, hangingBinding?: string): Promise<Outcome> {
  const [bindings, hanging] = [new Set<string>(), [] as string[]];
  let [live, elapsedMs, respondedMs, isEnded] = [0, 0, 0, false];
  const all = intercepted({ ...env, ADDRESS_LIMIT }, async ({ binding, name }, make) => {
    bindings.add(binding);
    if (binding === hangingBinding) {
      hanging.push(name);
      return new Promise(() => {});
    }
    live += 1;
    return make().finally(() => {
      live -= 1;
    });
  });
  const receiver = {
    ...app,
    fetch: async (...given: Parameters<typeof app.fetch>) => {
      const response = await app.fetch(...given);
      respondedMs = elapsedMs;
      return response;
    },
  };
  const asking = sendTo(receiver, path, init, all).then(async (response) => {
    await finish(response).catch(() => {});
    return response.status;
  });
  const ended = asking.finally(() => {
    isEnded = true;
  });
  ended.catch(() => {});
  for (let idle = 0; !isEnded; idle++) {
    await scheduler.wait(1);
    if (live > 0) idle = 0;
    if (idle < 6) continue;
    idle = 0;
    if (elapsedMs > 2 * MAX_UPLOAD_MS) throw new Error(`${elapsedMs} ms after the request, ${hanging} still hang`);
    elapsedMs += STEP_MS;
    await vi.advanceTimersByTimeAsync(STEP_MS);
  }
  return { status: await ended, respondedMs, endedMs: elapsedMs, bindings, hanging };
}

test.each(Object.keys(routeRequests))("%s responds in time, whichever binding hangs", async (label) => {
  const prepare = routeRequests[label] ?? expect.fail("There is no request");
  const first = await prepare();
  const { bindings } = await ask(first);
  const wrong: string[] = [];
  for (const binding of bindings) {
    log.mockClear();
    const prepared = label.startsWith("GET ") ? first : await prepare();
    const { status, respondedMs, endedMs, hanging } = await ask(prepared, binding);
    const isUpload = hanging.some((name) => /\.(put|uploadPart)$/.test(name));
    const maxMs = isUpload ? MAX_UPLOAD_MS : MAX_RESPONSE_MS;
    const what = `${binding} hangs at ${hanging}: ${status} after ${respondedMs} ms`;
    if (respondedMs > maxMs) wrong.push(what);
    if (endedMs - respondedMs >= MAX_WORK_MS) wrong.push(`${what}, and work without end after it`);
    if (status !== prepared.status && status !== 503) wrong.push(what);
    if (status === 503 && !log.mock.calls.some(([line]) => line.includes('"level":"error"')))
      wrong.push(`${what}, without a line in the log`);
  }
  expect(wrong).toEqual([]);
});
