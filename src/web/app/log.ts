/** One JSON line a request: who asked for what, what was decided, how long it took. Never a body or a header. */

/** What a line says. */
export interface LogLine {
  readonly requestId: string | undefined;
  /** Such as `HTTP/2`: what the client speaks; null where nobody knows. */
  readonly protocol: string | null;
  readonly method: string;
  /** The pattern of the route, not the path: a path can hold what must not be logged. */
  readonly route: string | null;
  readonly status: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly outcome: "resolved" | "denied" | "unmatched" | "error";
  /** The names of the guards that allowed, in order. */
  readonly passed: readonly string[];
  readonly denied: string | null;
  readonly userId: string | null;
  readonly error?: unknown;
}

/** Writes the line; its level follows from the status. */
export function logRequest({ error, ...line }: LogLine): void {
  const level = line.status >= 500 ? "error" : line.status >= 400 ? "warn" : "info";
  console.log(JSON.stringify({ level, ...line, ...(error !== undefined && { error: describeError(error) }) }));
}

/** Writes a line about what failed beside a request, which is answered as if it had not. */
export function logFailure(message: string, error: unknown, requestId?: string): void {
  console.error(JSON.stringify({ level: "error", requestId, message, error: describeError(error) }));
}

/** The id of the user that a guard has supplied, if one has. */
export function userIdOf(locals: object): string | null {
  const user = "user" in locals ? locals.user : undefined;
  return typeof user === "object" && user && "id" in user && typeof user.id === "string" ? user.id : null;
}

/** What was thrown, as data. */
export interface DescribedError {
  readonly name?: string;
  readonly message: string;
  readonly stack?: string | undefined;
  readonly cause?: DescribedError;
}

/** Describes whatever was thrown without ever throwing itself. @param depth How many causes to follow. */
export function describeError(error: unknown, depth = 5): DescribedError {
  if (typeof error === "object" && !(error instanceof Error)) return { message: Object.prototype.toString.call(error) };
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  return { name, message, stack, ...(cause !== undefined && depth > 0 && { cause: describeError(cause, depth - 1) }) };
}
