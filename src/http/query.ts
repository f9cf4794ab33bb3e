/** Reads a query string into an object that has no prototype. */
import { bareObject } from "./bare-object.ts";

type Query = Record<string, string | string[]>;

export const NO_QUERY: Readonly<Query> = Object.freeze(bareObject<string>());

/**
 * @param query The query string, without the question mark; decoded as a form (`+` is a space).
 * @returns A value for each name, a list where the name is repeated.
 */
export function parseQuery(query: string): Readonly<Query> {
  if (query === "") return NO_QUERY;
  const values: Query = bareObject();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = values[name];
    if (Array.isArray(known)) known.push(value);
    else values[name] = known === undefined ? value : [known, value];
  }
  return values;
}
