/** The forms that typed segments of a path have. */

/** A form that a typed segment has to have. */
export type SegmentType = "any" | "int" | "uint" | "uuid";

const INT = /^(?:0|-?[1-9]\d*)$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Whether a segment has the form that its type asks for. Integers are canonical decimal (no sign
 * but a leading minus, no leading zero) and safe (`Number.isSafeInteger`).
 */
export function hasForm(segment: string, type: SegmentType): boolean {
  if (type === "any") return segment !== "";
  if (type === "uuid") return UUID.test(segment);
  if (type === "uint" && segment.startsWith("-")) return false;
  return INT.test(segment) && Number.isSafeInteger(Number(segment));
}
