/** All measured operations, except those that features contribute. */
import { accounts } from "./account-operations.ts";
import { LISTS } from "./lists.ts";
import type { Operation } from "./operation.ts";
import { rows } from "./row-operations.ts";

/** Reads the first page of a list, and the last page, which has the few rows that were stored first. */
function list(name: string, path: string, who: "owner" | "admin"): Operation[] {
  const route = `GET ${path}`;
  return [
    { group: "Lists", name: `${name}: first page`, route, send: (fixture) => fixture.as(who, path) },
    {
      group: "Lists",
      name: `${name}: last page`,
      route,
      send: (fixture) => fixture.as(who, `${path}?cursor=${fixture.cursors.get(path)}`),
    },
  ];
}

const WORDS = { "a rare word": "zebra", "a common word": "common", "no hit": "xylophone", "2 characters": "ra" };

function searches(name: string, path: string, who: "owner" | "newcomer" | "admin"): Operation[] {
  return Object.entries(WORDS).map(([what, word]) => ({
    group: "Searches",
    name: `${name}: ${what}`,
    route: `GET ${path}`,
    send: (fixture) => fixture.as(who, `${path}?q=${word}`),
  }));
}

/** `measure.ts` leaves out operations whose route the app does not have. */
export const OPERATIONS: readonly Operation[] = [
  ...Object.entries(LISTS).flatMap(([path, [name, who]]) => list(name, path, who)),
  ...searches("notes", "/api/notes", "owner"),
  ...searches("notes of others", "/api/notes", "newcomer"),
  ...searches("users", "/api/admin/users", "admin"),
  ...rows,
  ...accounts,
];
