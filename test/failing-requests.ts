/** Sends prepared requests through bindings that fail, and judges what the client is told. */
import { env } from "cloudflare:test";
import { vi } from "vitest";
import type { Env } from "../src/env.ts";
import { type Call, type Failure, fail, type Intercept, intercepted } from "./faults.ts";
import { app, sendTo } from "./harness.ts";
import { finish, type PreparedRequest } from "./route-requests.ts";

/** More requests than one isolate would get from one machine in time. */
const UNLIMITED: Partial<Env> = {
  API_RATE_LIMIT: 100_000,
  SIGN_IN_RATE_LIMIT: 100_000,
  ACCOUNT_RATE_LIMIT: 100_000,
  ADDRESS_LIMIT: { limit: async () => ({ success: true }) },
};

/** Milliseconds, so that calls respond in another order. */
const DELAYS_MS = [8, 0, 4];

/** The failure of the nth call; `always` continues for all calls of the same binding. */
export const MODES = {
  "is lost": { failure: "lost request", isLasting: false },
  "takes effect, but its response is lost": { failure: "lost response", isLasting: false },
  "meets an overloaded service": { failure: "overloaded", isLasting: false },
  "and all later ones of its binding are lost": { failure: "lost request", isLasting: true },
} as const satisfies Record<string, { readonly failure: Failure; readonly isLasting: boolean }>;

export type Mode = keyof typeof MODES;

/** Whether a call is certain to change nothing. */
export type IsRead = (call: Call) => boolean;

export interface Outcome {
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
export async function ask(
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

/** Repeats a request, and once more later if the response says so, such as while an idempotency key is leased. */
export async function askAgain(prepared: PreparedRequest): Promise<Outcome> {
  const again = await ask(prepared);
  if (again.status === prepared.status || !again.response.headers.has("Retry-After")) return again;
  const clock = vi.spyOn(Date, "now").mockReturnValue(Date.now() + 61_000);
  try {
    return await ask(prepared);
  } finally {
    clock.mockRestore();
  }
}

/** The cases of a request with these calls. */
export function casesOf(
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
export function failing(n: number, mode: Mode): (call: Call, index: number) => Failure | undefined {
  let binding: string | undefined;
  return (call, index) => {
    if (index === n) binding = call.binding;
    const isFailing = index === n || (MODES[mode].isLasting && index > n && call.binding === binding);
    return isFailing ? MODES[mode].failure : undefined;
  };
}

/** Limits that admit requests while they are unavailable. All others deny. */
const OPEN_LIMITS = ["ADDRESS_LIMIT.limit", "RATE_LIMITER.take api"];

/** @returns What the client is told wrongly. */
export function judge(
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
