/** Creates objects whose keys a client may choose. */

/** A constructor, so that V8 creates its objects like those of any class. `Object.create(null)` makes a hash table. */
function Bare() {}
Bare.prototype = Object.freeze(Object.create(null));

/**
 * Creates an object that inherits no property, so that `__proto__` and `constructor` are keys like any other. Its
 * prototype is an empty, frozen object.
 */
export function createBareObject<T>(): Record<string, T> {
  return new (Bare as unknown as new () => Record<string, T>)();
}
