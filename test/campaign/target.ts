/** The target of the campaign: a route, how to prepare requests to it, and the app that receives them. */
import { env } from "cloudflare:test";
import type { Env } from "../../src/env.ts";
import type { Handler } from "../../src/http/index.ts";
import { sendTo, type TestApp } from "../harness.ts";
import { createMemoryLimiters } from "../identity/memory-limiter.ts";
import type { PreparedRequest } from "../route-requests.ts";
import { traceOf } from "../trace.ts";
import { findLogged, type LoggedRequest } from "./checks.ts";

export interface Target {
  readonly app: TestApp;
  /** Such as `GET /api/notes/:id`. */
  readonly label: string;
  readonly handler: Handler<never>;
  readonly prepare: () => Promise<PreparedRequest>;
}

/** The campaign does not test limits, and each limiter would be an object with a file of its own. */
const UNLIMITED: Partial<Env> = { API_RATE_LIMIT: 1e9, SIGN_IN_RATE_LIMIT: 1e9, ACCOUNT_RATE_LIMIT: 1e9 };

/** Removes all limits from now on, including those of requests that prepare others. */
export function removeLimits(): void {
  Object.assign(env, UNLIMITED, { RATE_LIMITER: createMemoryLimiters() });
}

let lines: string[] = [];

/** Keeps log lines instead of printing them. */
export function captureLog(): void {
  for (const channel of ["log", "info", "warn", "error", "debug"] as const) {
    console[channel] = (...parts: unknown[]) => void lines.push(parts.map(String).join(" "));
  }
}

/** A response with the lines that were logged for it. */
export interface LoggedResponse {
  readonly response: Response;
  readonly log: readonly string[];
  readonly logged: LoggedRequest | undefined;
  /** Whether the request matched the route of the target and passed all its guards. */
  readonly isReached: boolean;
  readonly isRefused: boolean;
}

/** @throws If the response does not match the OpenAPI document. */
export async function sendToTarget({ app, handler }: Target, request: Request): Promise<LoggedResponse> {
  lines = [];
  const { url, method, headers, body } = request;
  const init = { method, headers, redirect: "manual", ...(body && { body: await request.arrayBuffer() }) } as const;
  const response = await sendTo(app, url, init);
  const log = lines;
  const logged = findLogged(log);
  const trace = traceOf(response);
  const isOpen =
    trace.length === (handler.guards?.length ?? 0) && trace.every((decision) => decision.endsWith(":allow"));
  const methods = [handler.method].flat();
  const isRoute =
    logged?.route === handler.path && (methods.includes(method) || (method === "HEAD" && methods.includes("GET")));
  const isRefused = response.status >= 400 || (logged?.denied ?? null) !== null;
  return { response, log, logged, isReached: isRoute && isOpen && logged.outcome === "resolved", isRefused };
}
