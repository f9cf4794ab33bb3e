/** The segments of a path pattern that stand for values, and the forms that these have. */

/** A mark begins with a space, which no path of a URL has. A pattern with marks can so be looked up like a path. */
export const MARK = " ";

/** The mark of a trailing `*`. */
export const REST = " *";

/** The typed segments' forms. */
export const FORMS: ReadonlyMap<string, RegExp> = new Map([
  ["int", /^(?:0|-?[1-9]\d*)$/],
  ["uint", /^(?:0|[1-9]\d*)$/],
  ["uuid", /^[\da-fA-F]{8}-(?:[\da-fA-F]{4}-){3}[\da-fA-F]{12}$/],
]);

/**
 * Whether a segment, or the mark of one, has the form that a type asks for. Integers are canonical
 * decimal (no plus, no leading zero, no -0) and safe (`Number.isSafeInteger`).
 */
export function hasForm(segment: string, type: string): boolean {
  if (type === "any") return segment !== "" && segment !== REST;
  if (segment[0] === MARK) return segment === MARK + type || (type === "int" && segment === " uint");
  return FORMS.get(type)?.test(segment) === true && (type === "uuid" || Number.isSafeInteger(+segment));
}
