/** Reads a query string into an object that has no prototype. */

type Query = Record<string, string | string[]>;

/**
 * @param query The query string, without the question mark; decoded as a form (`+` is a space).
 * @returns A value for each name, a list where the name is repeated.
 */
export function parseQuery(query: string): Readonly<Query> {
  const values: Query = Object.create(null);
  if (query === "") return values;
  for (const [name, value] of new URLSearchParams(query)) append(values, name, value);
  return values;
}

function append(values: Query, name: string, value: string): void {
  const known = values[name];
  if (known === undefined) values[name] = value;
  else if (typeof known === "string") values[name] = [known, value];
  else known.push(value);
}
