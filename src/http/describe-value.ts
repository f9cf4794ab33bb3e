/** Describes values in error messages. */

/** Says what a value is, without the contents: `undefined`, `a string`, `an array`, `an object with the keys a, b`. */
export function describeValue(value: unknown): string {
  if (Array.isArray(value)) return "an array";
  if (typeof value !== "object") return value === undefined ? "undefined" : `a ${typeof value}`;
  return value ? `an object with the keys ${Object.keys(value).join(", ")}` : "null";
}
