/** Decides which failures of the platform are transient, and retries reads after them. */

/** Messages of D1, KV, R2 and the runtime, whose errors have no flag. Those of Durable Objects have `retryable`. */
const TRANSIENT = [
  // D1 and Durable Objects (Cloudflare, "Debug D1": error list).
  /Network connection lost/i,
  /object to be reset|was reset\b|reset because its code was updated/i,
  /transient issue/i,
  /^(?:D1_ERROR: )?internal error\b/i,
  // R2 (error codes): internal error, service unavailable, too many requests.
  /\((?:10001|10043|10058)\)/,
  /^KV \w+ failed: (?:429|5\d\d)\b/,
  // A search index that is missing during a backup; see `scripts/deploy/README.md`.
  /no such table: \w+_search\b/,
];
const OVERLOADED = [/\boverloaded\b/i, /too many requests queued/i, /\(10058\)/, /^KV \w+ failed: 429\b/];

/** Maximum number of causes that are examined for one error. */
const MAX_CAUSES = 5;

/** A call of the platform that did not respond in time. It may still take effect. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  constructor(ms: number) {
    super(`The platform did not respond within ${ms} ms`);
  }
}

/**
 * Whether a thrown value, or one of its causes, is a transient failure of the platform: a lost connection, an object
 * that was reset or is overloaded, or a call that did not respond. After a write fails in this way, it is unknown
 * whether it took effect.
 */
export function isTransient(error: unknown): boolean {
  return (
    someCause(
      error,
      (each) =>
        each instanceof DeadlineError ||
        ("retryable" in each && each.retryable === true) ||
        TRANSIENT.some((form) => form.test(each.message)),
    ) || isOverloaded(error)
  );
}

/** Whether a thrown value, or one of its causes, says that the platform is overloaded. Retrying would add load. */
export function isOverloaded(error: unknown): boolean {
  return someCause(
    error,
    (each) => ("overloaded" in each && each.overloaded === true) || OVERLOADED.some((form) => form.test(each.message)),
  );
}

function someCause(error: unknown, matches: (error: Error) => boolean, depth = MAX_CAUSES): boolean {
  if (!(error instanceof Error)) return false;
  return matches(error) || (depth > 0 && someCause(error.cause, matches, depth - 1));
}

/** Milliseconds that one attempt of a read may take, and that a write may take. */
export const READ_DEADLINE_MS = 5_000;
export const WRITE_DEADLINE_MS = 10_000;

/**
 * Reads, and reads once more after a transient failure, unless the platform is overloaded. Only for calls that change
 * nothing.
 *
 * @param read Starts an attempt. Each attempt must use a new stub, since a stub stays broken after a failure.
 * @param deadlineMs The time that an attempt may take, in milliseconds.
 * @throws The error of the last attempt.
 */
export async function retryRead<T>(read: () => Promise<T>, deadlineMs: number = READ_DEADLINE_MS): Promise<T> {
  const attempt = () => withDeadline(read(), deadlineMs);
  try {
    return await attempt();
  } catch (error) {
    if (!isTransient(error) || isOverloaded(error)) throw error;
    return attempt();
  }
}

/** @param ms Milliseconds. @throws DeadlineError If the call takes longer. It continues, and its result is ignored. */
export async function withDeadline<T>(call: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlineError(ms)), ms);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
