/** The parameter segments of a path pattern, and the forms that their values must have. */

/** Starts the mark of a parameter. No URL path has a space, so a pattern with marks can be looked up like a path. */
export const MARK = " ";

/** The mark of a trailing `*`. */
export const REST = " *";

/** The forms of the typed segments. */
export const FORMS: ReadonlyMap<string, RegExp> = new Map([
  ["int", /^(?:0|-?[1-9]\d*)$/],
  ["uint", /^(?:0|[1-9]\d*)$/],
  ["uuid", /^[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}$/],
]);

/**
 * Tells whether a segment, or the mark of one, has the form of a type. Integers are canonical
 * decimal (no plus sign, no leading zero, no -0) and safe (`Number.isSafeInteger`).
 */
export function hasForm(segment: string, type: string): boolean {
  if (type === "any") return segment !== "" && segment !== REST;
  if (segment[0] === MARK) return segment === MARK + type || (type === "int" && segment === " uint");
  return FORMS.get(type)?.test(segment) === true && (type === "uuid" || Number.isSafeInteger(+segment));
}
