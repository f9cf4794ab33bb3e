/** Tells promises from other values, so that only promises are awaited. */

/** Tells whether a value must be awaited: a promise of any realm, or another object with a `then` method. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | null | undefined)?.then === "function";
}
