/** The failure table: each call of each prepared request fails in each way, and the client is told the truth. */
import { createExecutionContext, createScheduledController, env, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import type { Env } from "../src/env.ts";
import worker from "../src/index.ts";
import { type Call, type Failure, fail, type Intercept, intercepted } from "./faults.ts";
import { app, sendTo } from "./harness.ts";
import { countsNow, finish, type PreparedRequest, type RouteRequests } from "./route-requests.ts";

/** More requests than one isolate would get from one machine in time. */
const UNLIMITED: Partial<Env> = {
  API_RATE_LIMIT: 100_000,
  SIGN_IN_RATE_LIMIT: 100_000,
  ACCOUNT_RATE_LIMIT: 100_000,
  ADDRESS_LIMIT: { limit: async () => ({ success: true }) },
};

/** The failure of the nth call; `always` continues for all calls of the same binding. */
const MODES = {
  "is lost": { failure: "lost request", isLasting: false },
  "takes effect, but its response is lost": { failure: "lost response", isLasting: false },
  "meets an overloaded service": { failure: "overloaded", isLasting: false },
  "and all later ones of its binding are lost": { failure: "lost request", isLasting: true },
} as const satisfies Record<string, { readonly failure: Failure; readonly isLasting: boolean }>;

type Mode = keyof typeof MODES;

/** Limits that admit requests while their object is unavailable (SPEC: `whenUnavailable`). All others deny. */
const OPEN_LIMITS = ["ADDRESS_LIMIT.limit", "RATE_LIMITER.take api"];

/** The number of rows and objects that a request added, by table and bucket. */
type Added = Readonly<Record<string, number>>;

interface Outcome {
  readonly status: number;
  readonly response: Response;
  readonly calls: readonly Call[];
  /** The number of calls that were made before the response. */
  readonly callsBeforeResponse: number;
  /** Whether the body broke off, which a client notices. */
  readonly isBodyAborted: boolean;
  readonly text: string;
}

/** Sends a request through bindings that fail as `interfere` decides. */
async function ask(
  { path, init }: PreparedRequest,
  interfere: (call: Call, index: number) => Failure | undefined = () => undefined,
): Promise<Outcome> {
  const calls: Call[] = [];
  const intercept: Intercept = (call, make) => {
    calls.push(call);
    const failure = interfere(call, calls.length);
    return failure ? fail(call, failure, make) : make();
  };
  let callsBeforeResponse = 0;
  const receiver = {
    ...app,
    fetch: async (...given: Parameters<typeof app.fetch>) => {
      const response = await app.fetch(...given);
      callsBeforeResponse = calls.length;
      return response;
    },
  };
  const response = await sendTo(receiver, path, init, intercepted({ ...env, ...UNLIMITED }, intercept));
  const copy = response.status >= 400 ? response.clone() : undefined;
  let isBodyAborted = false;
  await finish(response).catch(() => {
    isBodyAborted = true;
  });
  return {
    status: response.status,
    response,
    calls,
    callsBeforeResponse,
    isBodyAborted,
    text: (await copy?.text()) ?? "",
  };
}

/** What the platform does in one of the next nights. */
async function sweepAt(night: number): Promise<void> {
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + night * 25 * 60 * 60_000);
  try {
    const ctx = createExecutionContext();
    await worker.scheduled(createScheduledController(), env);
    await waitOnExecutionContext(ctx);
  } finally {
    clock.mockRestore();
  }
}

/** The second night removes what the first has found. */
async function sweep(): Promise<void> {
  await sweepAt(1);
  await sweepAt(2);
}

interface Result {
  readonly state: unknown;
  readonly added: Added;
}

/** Prepares a request, does something with it, and finds out what has changed. */
async function observe<T>(
  prepare: () => Promise<PreparedRequest>,
  act: (prepared: PreparedRequest) => Promise<T>,
): Promise<Result & { readonly done: T; readonly prepared: PreparedRequest }> {
  const prepared = await prepare();
  const before = await countsNow();
  const done = await act(prepared);
  const state = await prepared.stateOf?.();
  await sweep();
  const after = await countsNow();
  const added = Object.entries(after).map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)]);
  return { prepared, done, state, added: Object.fromEntries(added.filter(([, count]) => count !== 0)) };
}

interface Options {
  /** Calls of objects that only read, such as `CHAT_ROOM.history`. */
  readonly reads?: readonly string[];
}

/** Defines the tests of these routes. */
export function testFailures(requests: RouteRequests, { reads = [] }: Options = {}): void {
  vi.setConfig({ testTimeout: 300_000 });
  afterEach(() => void vi.restoreAllMocks());
  const isRead = ({ name, isRead }: Call) => isRead || reads.some((read) => name.startsWith(read));

  test.each(Object.keys(requests))("%s: each call fails in each way", async (label) => {
    for (const method of ["log", "error", "warn"] as const) vi.spyOn(console, method).mockImplementation(() => {});
    const prepare = requests[label];
    if (!prepare) return expect.fail("There is no request");
    const table = label.startsWith("GET ") ? failReads : failWrites;
    expect(await table(prepare, isRead)).toEqual([]);
  });
}

type IsRead = (call: Call) => boolean;

/** The cases of a request with these calls. */
function casesOf(
  calls: readonly Call[],
  isRead: IsRead,
): { readonly n: number; readonly call: Call; readonly mode: Mode }[] {
  return calls.flatMap((call, index) =>
    (Object.keys(MODES) as Mode[])
      .filter((mode) => !(isRead(call) && MODES[mode].failure === "lost response"))
      .map((mode) => ({ n: index + 1, call, mode })),
  );
}

/** Fails the nth call. */
function failing(n: number, mode: Mode): (call: Call, index: number) => Failure | undefined {
  let binding: string | undefined;
  return (call, index) => {
    if (index === n) binding = call.binding;
    const isFailing = index === n || (MODES[mode].isLasting && index > n && call.binding === binding);
    return isFailing ? MODES[mode].failure : undefined;
  };
}

/** @returns A sentence for each thing that is wrong. */
async function failReads(prepare: () => Promise<PreparedRequest>, isRead: IsRead): Promise<string[]> {
  const prepared = await prepare();
  const { calls, status } = await ask(prepared);
  const problems: string[] = [];
  if (status !== prepared.status) problems.push(`without failures: ${status}`);
  for (const { n, call, mode } of casesOf(calls, isRead)) {
    const wrong = await ask(prepared, failing(n, mode)).then(
      (outcome) => judge(prepared, outcome, { n, call, mode, isRead }),
      (error) => [String(error)],
    );
    problems.push(...wrong.map((each) => `call ${n}, ${call.name}, ${mode}: ${each}`));
  }
  return problems;
}

/** @returns A sentence for each thing that is wrong. */
async function failWrites(prepare: () => Promise<PreparedRequest>, isRead: IsRead): Promise<string[]> {
  await sweep();
  const once = await observe(prepare, ask);
  const twice = await observe(prepare, async (prepared) => [await ask(prepared), await ask(prepared)]);
  const { calls } = once.done;
  const problems: string[] = [];
  if (once.done.status !== once.prepared.status) problems.push(`without failures: ${once.done.status}`);
  for (const { n, call, mode } of casesOf(calls, isRead)) {
    const wrong: string[] = [];
    const ended = await observe(prepare, async (prepared) => {
      const outcome = await ask(prepared, failing(n, mode)).catch((error) => String(error));
      wrong.push(...(typeof outcome === "string" ? [outcome] : judge(prepared, outcome, { n, call, mode, isRead })));
      if (typeof outcome !== "string" && outcome.status === prepared.status) return outcome;
      const again = await ask(prepared);
      if (![prepared.status, prepared.repeatStatus].includes(again.status))
        wrong.push(`repeated: ${again.status} ${again.text.slice(0, 300)}`);
      return outcome;
    });
    const isAfterResponse = typeof ended.done !== "string" && n > ended.done.callsBeforeResponse;
    const { failure, isLasting } = MODES[mode];
    const isRepeatedRead = isRead(call) && failure === "lost request" && !isLasting;
    const mayLoseMail = !isRepeatedRead && (isAfterResponse || failure === "lost response" || isLasting);
    const expected = once.prepared.isRepeated ? [once, twice] : [once];
    if (!expected.some((result) => isSame(result, ended, mayLoseMail)))
      wrong.push(`then: ${describe(ended)} instead of ${expected.map(describe).join(" or ")}`);
    problems.push(...wrong.map((each) => `call ${n}, ${call.name}, ${mode}: ${each}`));
  }
  return problems;
}

const describe = ({ state, added }: Result) => JSON.stringify({ state, added });

/** Mail is sent once after the change that it is about, and the client may ask for a link again: it may be lost, not doubled. */
const MAIL = ["outbox", "email_tokens"];

function isSame(expected: Result, { state, added }: Result, mayLoseMail: boolean): boolean {
  if (JSON.stringify(state) !== JSON.stringify(expected.state)) return false;
  const names = new Set([...Object.keys(expected.added), ...Object.keys(added)]);
  return [...names].every((name) => {
    const [is, should] = [added[name] ?? 0, expected.added[name] ?? 0];
    return is === should || (mayLoseMail && MAIL.includes(name) && is < should);
  });
}

/** @returns What the client is told wrongly. */
function judge(
  prepared: PreparedRequest,
  { status, response, callsBeforeResponse, isBodyAborted, text }: Outcome,
  { n, call, mode, isRead }: { readonly n: number; readonly call: Call; readonly mode: Mode; readonly isRead: IsRead },
): string[] {
  const wrong: string[] = [];
  const isAfterResponse = n > callsBeforeResponse;
  const { failure, isLasting } = MODES[mode];
  const mustSucceed =
    isAfterResponse || (failure === "lost request" && !isLasting && isRead(call)) || OPEN_LIMITS.includes(call.name);
  if (status !== prepared.status && (mustSucceed || status !== 503)) wrong.push(`${status} ${text.slice(0, 300)}`);
  if (status === 503 && prepared.status !== 503) {
    if (!/^\d+$/.test(response.headers.get("Retry-After") ?? "")) wrong.push("no Retry-After");
    const isPage = new Headers(prepared.init?.headers).get("Accept")?.includes("text/html") ?? false;
    const type = response.headers.get("Content-Type") ?? "";
    if (isPage ? !type.startsWith("text/html") : !/^application\/(problem\+)?json/.test(type))
      wrong.push(`503 as ${type}`);
  }
  // A limiter denies before anything is done.
  const isUnknown = status === 503 && failure === "lost response" && !call.name.startsWith("RATE_LIMITER.");
  if (isUnknown && prepared.init?.method !== undefined && !text.includes("unknown whether"))
    wrong.push(`the outcome is unknown: ${text.slice(0, 300)}`);
  // A client notices that a body is shorter than its Content-Length.
  const mayBreakOff = isAfterResponse || call.name.endsWith(".body");
  if (isBodyAborted && !mayBreakOff) wrong.push("the body broke off");
  return wrong;
}
