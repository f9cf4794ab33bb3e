/** Query parameters that should not be repeated. */

/** @returns The first value of a repeated parameter. */
export function firstValue(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
