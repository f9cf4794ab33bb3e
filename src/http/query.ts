/** Reads a query string into an object that has no prototype. */

import { bareObject } from "./bare-object.ts";

type Query = Record<string, string | string[]>;

const NONE: Readonly<Query> = Object.freeze(bareObject<string>());

/**
 * @param query The query string, without the question mark; decoded as a form (`+` is a space).
 * @returns A value for each name, a list where the name is repeated.
 */
export function parseQuery(query: string): Readonly<Query> {
  if (query === "") return NONE;
  const values: Query = bareObject();
  if (/[%+]/.test(query)) for (const [name, value] of new URLSearchParams(query)) append(values, name, value);
  else for (const pair of query.split("&")) appendPair(values, pair);
  return values;
}

/** A pair in which nothing is encoded. */
function appendPair(values: Query, pair: string): void {
  const equals = pair.indexOf("=");
  if (equals >= 0) append(values, pair.slice(0, equals), pair.slice(equals + 1));
  else if (pair !== "") append(values, pair, "");
}

function append(values: Query, name: string, value: string): void {
  const known = values[name];
  if (known === undefined) values[name] = value;
  else if (typeof known === "string") values[name] = [known, value];
  else known.push(value);
}
