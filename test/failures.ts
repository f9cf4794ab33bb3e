/** The failure table: each call of each prepared request fails in each way, and the client is told the truth. */
import { createExecutionContext, createScheduledController, env, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import type { Env } from "../src/env.ts";
import worker from "../src/index.ts";
import { type Call, type Failure, fail, type Intercept, intercepted } from "./faults.ts";
import { app, sendTo } from "./harness.ts";
import { useFastHashing } from "./identity/passwords/fast-hashing.ts";
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

/** Limits that admit requests while they are unavailable. All others deny. */
const OPEN_LIMITS = ["ADDRESS_LIMIT.limit", "RATE_LIMITER.take api"];

/** Milliseconds, so that calls respond in another order. */
const DELAYS_MS = [8, 0, 4];

/** The number of rows and objects that a request added, by table and bucket. */
type Added = Readonly<Record<string, number>>;

interface Outcome {
  readonly status: number;
  readonly response: Response;
  readonly calls: readonly Call[];
  /** The first call that failed, and the number of calls up to it; 0 if none did. */
  readonly failed: Call | undefined;
  readonly failedAt: number;
  /** The number of calls that were made before the response. */
  readonly callsBeforeResponse: number;
  /** Whether the body broke off, which a client notices. */
  readonly isBodyAborted: boolean;
  readonly text: string;
}

/** Sends a request through bindings that fail as `interfere` decides. */
async function ask(
  { path, init }: PreparedRequest,
  interfere: (call: Call, index: number) => Failure | "late" | undefined = () => undefined,
): Promise<Outcome> {
  const calls: Call[] = [];
  let failedAt = 0;
  const intercept: Intercept = async (call, make) => {
    const index = calls.push(call);
    const failure = interfere(call, index);
    if (failure === "late") await scheduler.wait(DELAYS_MS[index % DELAYS_MS.length] ?? 0);
    if (failure === undefined || failure === "late") return make();
    failedAt ||= index;
    return fail(call, failure, make);
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
    failed: calls[failedAt - 1],
    failedAt,
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

/** Prepares a request, does something with it, and finds out what has changed, perhaps after the sweep. */
async function observe<T>(
  prepare: () => Promise<PreparedRequest>,
  act: (prepared: PreparedRequest) => Promise<T>,
  isSwept: boolean,
): Promise<Result & { readonly done: T; readonly prepared: PreparedRequest }> {
  if (isSwept) await sweep();
  const prepared = await prepare();
  const before = await countsNow();
  const done = await act(prepared);
  const state = await prepared.stateOf?.();
  if (isSwept) await sweep();
  const after = await countsNow();
  const added = Object.entries(after).map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)]);
  return { prepared, done, state, added: Object.fromEntries(added.filter(([, count]) => count !== 0)) };
}

interface Options {
  /** Calls of objects that only read, such as `CHAT_ROOM.history`. */
  readonly reads?: readonly string[];
  /** Tables that may have fewer rows than after a success, by route, such as `sessions` where the user signs in then. */
  readonly mayMiss?: Readonly<Record<string, readonly string[]>>;
}

type Prepare = () => Promise<PreparedRequest>;

type IsRead = (call: Call) => boolean;

interface Rules {
  readonly isRead: IsRead;
  readonly mayMiss: readonly string[];
}

/** Defines the tests of these routes. */
export function testFailures(requests: RouteRequests, { reads = [], mayMiss = {} }: Options = {}): void {
  vi.setConfig({ testTimeout: 300_000 });
  useFastHashing();
  afterEach(() => void vi.restoreAllMocks());
  const isRead = ({ name, isRead }: Call) => isRead || reads.some((read) => name.startsWith(read));

  test.each(Object.keys(requests))("%s: each call fails in each way", async (label) => {
    for (const method of ["log", "error", "warn"] as const) vi.spyOn(console, method).mockImplementation(() => {});
    const prepare = requests[label];
    if (!prepare) return expect.fail("There is no request");
    const table = label.startsWith("GET ") ? failReads : failWrites;
    expect(await table(prepare, { isRead, mayMiss: mayMiss[label] ?? [] })).toEqual([]);
  });
}

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
async function failReads(prepare: Prepare, { isRead }: Rules): Promise<string[]> {
  const prepared = await prepare();
  const { calls, status } = await ask(prepared);
  const problems = [
    ...(await statusProblems(prepared, status)),
    ...(await statusProblems(prepared, await askLate(prepared))),
  ];
  for (const { n, call, mode } of casesOf(calls, isRead)) {
    const wrong = await ask(prepared, failing(n, mode)).then(
      (outcome) => judge(prepared, outcome, mode, isRead),
      (error) => [String(error)],
    );
    problems.push(...wrong.map((each) => `call ${n}, ${call.name}, ${mode}: ${each}`));
  }
  return problems;
}

const statusProblems = ({ status }: PreparedRequest, is: number) => (is === status ? [] : [`without failures: ${is}`]);

/** @returns The status if every call responds late. */
const askLate = async (prepared: PreparedRequest) => (await ask(prepared, () => "late")).status;

/** @returns A sentence for each thing that is wrong. */
async function failWrites(prepare: Prepare, rules: Rules): Promise<string[]> {
  const once = await observe(prepare, ask, false);
  const problems = await statusProblems(once.prepared, once.done.status);
  const late = await observe(prepare, askLate, false);
  if (!isSame(once, late, rules.mayMiss)) problems.push(`all calls late: ${late.done} ${describe(late)}`);
  for (const { n, call, mode } of casesOf(once.done.calls, rules.isRead)) {
    const wrong = await failWrite(prepare, { n, mode }, rules, false);
    // What is left over by a failure, the sweep removes.
    const remaining = wrong.length > 0 ? await failWrite(prepare, { n, mode }, rules, true) : [];
    problems.push(...remaining.map((each) => `call ${n}, ${call.name}, ${mode}: ${each}`));
  }
  return problems;
}

const askTwice = async (prepared: PreparedRequest) => [await ask(prepared), await ask(prepared)];

/** What is there after one success, and after two of a request that does its work once more if it is repeated. */
async function expectedResults(prepare: Prepare, isSwept: boolean): Promise<Result[]> {
  const once = await observe(prepare, ask, isSwept);
  return once.prepared.isRepeated ? [once, await observe(prepare, askTwice, isSwept)] : [once];
}

const results = new WeakMap<Prepare, Map<boolean, Promise<Result[]>>>();

function expectedOnce(prepare: Prepare, isSwept: boolean): Promise<Result[]> {
  const known = results.get(prepare) ?? new Map<boolean, Promise<Result[]>>();
  results.set(prepare, known);
  const expected = known.get(isSwept) ?? expectedResults(prepare, isSwept);
  known.set(isSwept, expected);
  return expected;
}

/** Sends a request of which the nth call fails, and repeats it until it succeeds, as a client does. */
async function failWrite(
  prepare: Prepare,
  { n, mode }: { readonly n: number; readonly mode: Mode },
  { isRead, mayMiss }: Rules,
  isSwept: boolean,
): Promise<string[]> {
  const wrong: string[] = [];
  const expected = await expectedOnce(prepare, isSwept);
  const act = async (prepared: PreparedRequest) => {
    const outcome = await ask(prepared, failing(n, mode)).catch((error) => String(error));
    if (typeof outcome === "string") wrong.push(outcome);
    else wrong.push(...judge(prepared, outcome, mode, isRead));
    if (typeof outcome !== "string" && outcome.status === prepared.status) return outcome;
    const again = await askAgain(prepared);
    if (![prepared.status, prepared.repeatStatus].includes(again.status))
      wrong.push(`repeated: ${again.status} ${again.text.slice(0, 300)}`);
    return outcome;
  };
  const ended = await observe(prepare, act, isSwept);
  const mayLose =
    typeof ended.done === "string" ? [] : [...mayMiss, ...(mayLoseMail(ended.done, mode, isRead) ? MAIL : [])];
  if (!expected.some((result) => isSame(result, ended, mayLose)))
    wrong.push(`then: ${describe(ended)} instead of ${expected.map(describe).join(" or ")}`);
  return wrong;
}

/** Repeats a request, and once more later if the response says so, such as while an idempotency key is leased. */
async function askAgain(prepared: PreparedRequest): Promise<Outcome> {
  const again = await ask(prepared);
  if (again.status === prepared.status || !again.response.headers.has("Retry-After")) return again;
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
  try {
    return await ask(prepared);
  } finally {
    clock.mockRestore();
  }
}

/** Mail is sent once after the change that it is about, and a user may ask for a link again: it may be lost, not doubled. */
const MAIL = ["outbox", "email_tokens"];

function mayLoseMail({ failed, failedAt, callsBeforeResponse }: Outcome, mode: Mode, isRead: IsRead): boolean {
  const { failure, isLasting } = MODES[mode];
  const isRepeatedRead = failed !== undefined && isRead(failed) && failure === "lost request" && !isLasting;
  return !isRepeatedRead && (failedAt > callsBeforeResponse || failure === "lost response" || isLasting);
}

const describe = ({ state, added }: Result) => JSON.stringify({ state, added });

function isSame(expected: Result, { state, added }: Result, mayLose: readonly string[]): boolean {
  if (JSON.stringify(state) !== JSON.stringify(expected.state)) return false;
  const names = new Set([...Object.keys(expected.added), ...Object.keys(added)]);
  return [...names].every((name) => {
    const [is, should] = [added[name] ?? 0, expected.added[name] ?? 0];
    return is === should || (mayLose.includes(name) && is < should);
  });
}

/** @returns What the client is told wrongly. */
function judge(
  prepared: PreparedRequest,
  { status, response, callsBeforeResponse, failed: call, failedAt, isBodyAborted, text }: Outcome,
  mode: Mode,
  isRead: IsRead,
): string[] {
  const wrong: string[] = [];
  if (!call) return status === prepared.status ? [] : [`no call failed: ${status}`];
  const isAfterResponse = failedAt > callsBeforeResponse;
  const { failure, isLasting } = MODES[mode];
  const mustSucceed =
    isAfterResponse ||
    (!isLasting && ((failure === "lost request" && isRead(call)) || OPEN_LIMITS.includes(call.name)));
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
