/** The one place that decides what a transient failure is, and the one that repeats reads. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import {
  DeadlineError,
  isOverloaded,
  isTransient,
  READ_DEADLINE_MS,
  retryRead,
  withDeadline,
} from "../../../src/web/platform/transient.ts";

/** An error as Durable Objects mark it. */
const marked = (marks: object, message = "Error") => Object.assign(new Error(message), marks);

/** Messages of the platform: [transient, overloaded]. */
const MESSAGES: Readonly<Record<string, readonly [boolean, boolean]>> = {
  "D1_ERROR: Network connection lost.": [true, false],
  "Network connection lost.": [true, false],
  "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.": [true, false],
  "D1_ERROR: D1 DB reset because its code was updated.": [true, false],
  "D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.": [true, false],
  "D1_ERROR: internal error; reference = 0123456789abcdef": [true, false],
  "internal error; reference = 0123456789abcdef": [true, false],
  "Durable Object reset because its code was updated.": [true, false],
  "Durable Object's isolate exceeded its memory limit and was reset.": [true, false],
  "D1 DB is overloaded. Requests queued for too long.": [true, true],
  "D1_ERROR: D1 DB is overloaded. Too many requests queued.": [true, true],
  "Durable Object is overloaded. Too many requests queued.": [true, true],
  "put: We encountered an internal error. Please try again. (10001)": [true, false],
  "get: The service is unavailable. (10043)": [true, false],
  "put: Reduce your request rate for the same object. (10058)": [true, true],
  "KV GET failed: 503 Service Unavailable": [true, false],
  "KV PUT failed: 500 Internal Server Error": [true, false],
  "KV GET failed: 429 Too Many Requests": [true, true],
  "D1_ERROR: UNIQUE constraint failed: users.email: SQLITE_CONSTRAINT": [false, false],
  "D1_ERROR: UNIQUE constraint failed: notes.title is overload: SQLITE_CONSTRAINT": [false, false],
  "D1_ERROR: CHECK constraint failed: version > 0: SQLITE_CONSTRAINT": [false, false],
  "D1_ERROR: no such table: notes: SQLITE_ERROR": [false, false],
  "D1_ERROR: no such table: notes_search: SQLITE_ERROR": [true, false],
  "D1_ERROR: no such table: notes_searches: SQLITE_ERROR": [false, false],
  'D1_ERROR: near "SELEC": syntax error at offset 0: SQLITE_ERROR': [false, false],
  "D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'": [false, false],
  "KV GET failed: 400 Invalid key": [false, false],
  "put: The specified object name is not valid. (10020)": [false, false],
  "Cannot read properties of undefined (reading 'id')": [false, false],
  "": [false, false],
};

describe("a message of the platform", () => {
  test.each(Object.entries(MESSAGES))("%s", (message, [transient, overloaded]) => {
    expect([isTransient(new Error(message)), isOverloaded(new Error(message))]).toEqual([transient, overloaded]);
    const wrapped = new Error("Storing failed", { cause: new Error("once more", { cause: new Error(message) }) });
    expect([isTransient(wrapped), isOverloaded(wrapped)], "as a cause").toEqual([transient, overloaded]);
  });
});

describe("another thrown value", () => {
  const endless = new Error("endless");
  endless.cause = endless;
  test.each<[string, unknown, boolean, boolean]>([
    ["an object that was reset", marked({ retryable: true }), true, false],
    ["an object that is overloaded", marked({ overloaded: true, retryable: true }), true, true],
    ["an object that threw a bug", marked({ retryable: false, remote: true }), false, false],
    ["a call that missed its deadline", new DeadlineError(1), true, false],
    ["a string", "Network connection lost.", false, false],
    ["an object that is not an error", { message: "Network connection lost.", retryable: true }, false, false],
    ["null", null, false, false],
    ["an error that causes itself", endless, false, false],
  ])("%s", (_, thrown, transient, overloaded) => {
    expect([isTransient(thrown), isOverloaded(thrown)]).toEqual([transient, overloaded]);
  });
});

const LOST = new Error("Network connection lost.");
const OVERLOADED = new Error("D1 DB is overloaded. Requests queued for too long.");
const BUG = new Error("no such table: notes");

describe("a read", () => {
  test.each<[string, readonly (Error | "read")[], Error | "read", number]>([
    ["succeeds at once", ["read"], "read", 1],
    ["is repeated once", [LOST, "read"], "read", 2],
    ["fails as its second attempt does", [LOST, BUG], BUG, 2],
    ["is not repeated twice", [LOST, LOST, "read"], LOST, 2],
    ["is not repeated if the platform is overloaded", [OVERLOADED, "read"], OVERLOADED, 1],
    ["is not repeated after a bug", [BUG, "read"], BUG, 1],
  ])("%s", async (_, outcomes, expected, attempts) => {
    let made = 0;
    const read = async () => {
      const outcome = outcomes[made++];
      if (outcome instanceof Error) throw outcome;
      return outcome;
    };
    const result = await retryRead(read).catch((error: unknown) => error);
    expect([result, made]).toEqual([expected, attempts]);
  });
});

describe("a deadline", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const never = () => new Promise<string>(() => {});

  test("ends a call that does not respond, and leaves no timer", async () => {
    const call = withDeadline(never(), 1_000);
    const failed = expect(call).rejects.toThrow(DeadlineError);
    await vi.advanceTimersByTimeAsync(999);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(vi.getTimerCount()).toBe(0);
  });

  test.each<[string, () => Promise<string>]>([
    ["responds", async () => "done"],
    ["fails", async () => Promise.reject(BUG)],
  ])("leaves no timer after a call that %s in time", async (_, call) => {
    await withDeadline(call(), 1_000).catch(() => {});
    expect(vi.getTimerCount()).toBe(0);
  });

  test("applies to each attempt of a read", async () => {
    let attempts = 0;
    const read = () => {
      attempts++;
      return attempts === 1 ? never() : Promise.resolve("read");
    };
    const call = retryRead(read);
    await vi.advanceTimersByTimeAsync(READ_DEADLINE_MS);
    expect([await call, attempts]).toEqual(["read", 2]);
  });
});
