/** Creates objects whose keys a client may choose. */

/**
 * Creates an object without a prototype, so that `__proto__` is a key like any other.
 * `Object.create(null)` would work too, but V8 stores it as a hash table, which costs about one
 * microsecond more per request.
 */
export function createBareObject<T>(): Record<string, T> {
  return Object.setPrototypeOf({}, null);
}
