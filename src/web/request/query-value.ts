/** A parameter of a query that is to be there once. */

/** @returns The first where the name is repeated. */
export function firstValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
