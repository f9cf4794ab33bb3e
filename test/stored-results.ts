/** Finds out what a request has stored: its state, and the rows and objects that it has added. */
import { createExecutionContext, createScheduledController, env, waitOnExecutionContext } from "cloudflare:test";
import { vi } from "vitest";
import worker from "../src/index.ts";
import { countsNow, type PreparedRequest } from "./route-requests.ts";

/** The number of rows and objects that a request added, by table and bucket. */
type Added = Readonly<Record<string, number>>;

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

/**
 * A table that does not count: no request with a body opens a socket, and an object removes the rows of sockets that an
 * earlier request has opened some 100 ms after they close, perhaps while another request is observed.
 */
const SOCKETS = "sockets";

/** The second night removes what the first has found. */
async function sweep(): Promise<void> {
  await sweepAt(1);
  await sweepAt(2);
}

/** What is stored in the end. */
export interface Result {
  readonly state: unknown;
  readonly added: Added;
}

/** Prepares a request, does something with it, and finds out what has changed, perhaps after the sweep. */
export async function observe<T>(
  prepare: () => Promise<PreparedRequest>,
  act: (prepared: PreparedRequest) => Promise<T>,
  isSwept: boolean,
): Promise<Result & { readonly done: T; readonly prepared: PreparedRequest }> {
  if (isSwept) await sweep();
  const prepared = await prepare();
  const before = await countsNow();
  const done = await act(prepared);
  const state = withoutAddresses(await prepared.stateOf?.());
  if (isSwept) await sweep();
  const after = await countsNow();
  const added = Object.entries(after).map(([name, count]): [string, number] => [name, count - (before[name] ?? 0)]);
  const changed = added.filter(([name, count]) => count !== 0 && name !== SOCKETS);
  return { prepared, done, state, added: Object.fromEntries(changed) };
}

/** Accounts have random addresses, which are in the data of some. */
function withoutAddresses(state: unknown): unknown {
  const text = JSON.stringify(state)?.replace(/[0-9a-f-]{36}@example\.com/g, "address");
  return text === undefined ? undefined : JSON.parse(text);
}

/** For messages. */
export const describe = ({ state, added }: Result) => JSON.stringify({ state, added });

/** @param mayLose Tables of which `is` may have fewer rows. @param ignored Tables and buckets that do not count. */
export function isSame(
  expected: Result,
  { state, added }: Result,
  { mayLose = [], ignored = [] }: { readonly mayLose?: readonly string[]; readonly ignored?: readonly string[] },
): boolean {
  if (JSON.stringify(state) !== JSON.stringify(expected.state)) return false;
  const names = new Set([...Object.keys(expected.added), ...Object.keys(added)]);
  return [...names].every((name) => {
    if (ignored.includes(name)) return true;
    const [is, should] = [added[name] ?? 0, expected.added[name] ?? 0];
    return is === should || (mayLose.includes(name) && is < should);
  });
}
