/** The log: one line of JSON per request, without bodies and headers. */
import type { Outcome } from "../../http/index.ts";

/** The members of a line. */
export interface LogLine {
  readonly requestId: string | undefined;
  /** The HTTP version of the client, such as `HTTP/2`; null if unknown. */
  readonly protocol: string | null;
  readonly method: string;
  /** The pattern of the route, not the path, which can contain secrets. */
  readonly route: string | null;
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcome: Outcome["kind"];
  /** The step that failed; null unless the outcome is `failed`. */
  readonly phase: string | null;
  /** The full names of the guards that allowed, in order. */
  readonly passed: readonly string[];
  readonly denied: string | null;
  readonly userId: string | null;
  readonly error?: unknown;
}

/** Logs a request, at a level that depends on the status. */
export function logRequest({ error, ...line }: LogLine): void {
  const level = line.status >= 500 ? "error" : line.status >= 400 ? "warn" : "info";
  console.log(JSON.stringify({ level, ...line, ...(error !== undefined && { error: describeError(error) }) }));
}

/** Logs a failure that does not change the response. */
export function logFailure(message: string, error: unknown, requestId?: string): void {
  console.error(JSON.stringify({ level: "error", requestId, message, error: describeError(error) }));
}

/** Logs a condition that is not a failure, but that an operator should know of. */
export function logWarning(message: string, requestId?: string): void {
  console.warn(JSON.stringify({ level: "warn", requestId, message }));
}

/** The id of the user, if a guard has supplied one. */
export function userIdOf(locals: object): string | null {
  const user = "user" in locals ? locals.user : undefined;
  return typeof user === "object" && user && "id" in user && typeof user.id === "string" ? user.id : null;
}

/** A thrown value as data. */
export interface DescribedError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError;
}

/** Describes any thrown value, and never throws. @param depth The number of causes to follow. */
export function describeError(error: unknown, depth = 5): DescribedError {
  if (typeof error === "object" && !(error instanceof Error)) return { message: Object.prototype.toString.call(error) };
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause !== undefined && depth > 0 && { cause: describeError(cause, depth - 1) }) };
}
