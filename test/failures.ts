/** The failure table: each call of each prepared request fails in each way, and the client is told the truth. */
import { afterEach, expect, test, vi } from "vitest";
import {
  ask,
  askAgain,
  casesOf,
  failing,
  type IsRead,
  judge,
  MODES,
  type Mode,
  type Outcome,
} from "./failing-requests.ts";
import type { Call } from "./faults.ts";
import type { PreparedRequest, RouteRequests } from "./route-requests.ts";
import { describe, isSame, observe, type Result } from "./stored-results.ts";

interface Options {
  /** Calls of objects that only read, such as `CHAT_ROOM.history`. */
  readonly reads?: readonly string[];
  /** Tables that may have fewer rows than after a success, by route, such as `sessions` where the user signs in then. */
  readonly mayMiss?: Readonly<Record<string, readonly string[]>>;
  /** Tables and buckets in which a failure may leave something that the sweep removes. */
  readonly swept?: readonly string[];
}

type Prepare = () => Promise<PreparedRequest>;

interface Rules {
  readonly isRead: IsRead;
  readonly mayMiss: readonly string[];
  readonly swept: readonly string[];
}

/** Defines the tests of these routes. */
export function testFailures(requests: RouteRequests, { reads = [], mayMiss = {}, swept = [] }: Options = {}): void {
  vi.setConfig({ testTimeout: 300_000 });
  afterEach(() => void vi.restoreAllMocks());
  const isRead = ({ name, isRead }: Call) => isRead || reads.some((read) => name.startsWith(read));

  test.each(Object.keys(requests))("%s: each call fails in each way", async (label) => {
    for (const method of ["log", "error", "warn"] as const) vi.spyOn(console, method).mockImplementation(() => {});
    const prepare = requests[label];
    if (!prepare) return expect.fail("There is no request");
    const table = label.startsWith("GET ") ? failReads : failWrites;
    expect(await table(prepare, { isRead, mayMiss: mayMiss[label] ?? [], swept })).toEqual([]);
  });
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
  if (!isSame(once, late, {})) problems.push(`all calls late: ${late.done} ${describe(late)}`);
  for (const { n, call, mode } of casesOf(once.done.calls, rules.isRead)) {
    const wrong = await failWrite(prepare, { n, mode }, rules);
    problems.push(...wrong.map((each) => `call ${n}, ${call.name}, ${mode}: ${each}`));
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
  rules: Rules,
  isSwept = false,
): Promise<string[]> {
  const { isRead, mayMiss, swept } = rules;
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
  if (expected.some((result) => isSame(result, ended, { mayLose }))) return wrong;
  const isOnlyLeft = expected.some((result) => isSame(result, ended, { mayLose, ignored: swept }));
  if (isOnlyLeft && !isSwept) return [...wrong, ...(await failWrite(prepare, { n, mode }, rules, true))];
  wrong.push(`then: ${describe(ended)} instead of ${expected.map(describe).join(" or ")}`);
  return wrong;
}

/** Mail is sent once after the change that it is about, and a user may ask for a link again: it may be lost, not doubled. */
const MAIL = ["outbox", "email_tokens"];

function mayLoseMail({ failed, failedAt, callsBeforeResponse }: Outcome, mode: Mode, isRead: IsRead): boolean {
  const { failure, isLasting } = MODES[mode];
  const isRepeatedRead = failed !== undefined && isRead(failed) && failure === "lost request" && !isLasting;
  return !isRepeatedRead && (failedAt > callsBeforeResponse || failure === "lost response" || isLasting);
}
