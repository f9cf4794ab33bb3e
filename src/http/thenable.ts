/** Tells values from promises, so that what is already there is not awaited. */

/** Whether a value has to be awaited: a promise, of this realm or any other, or what behaves like one. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === "function";
}
