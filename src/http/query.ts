/** Parses a query string into an object without a prototype. */
import { createBareObject } from "./bare-object.ts";

type Query = Record<string, string | string[]>;

export const NO_QUERY: Readonly<Query> = Object.freeze(createBareObject<string>());

/**
 * @param query The query string without its question mark. It is decoded like a form: `+` is a space.
 * @returns The value of each name, or a list of values if the name is repeated.
 */
export function parseQuery(query: string): Readonly<Query> {
  if (query === "") return NO_QUERY;
  const values: Query = createBareObject();
  for (const [name, value] of new URLSearchParams(query)) {
    const known = values[name];
    if (Array.isArray(known)) known.push(value);
    else values[name] = known === undefined ? value : [known, value];
  }
  return values;
}
