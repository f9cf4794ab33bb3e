/** The guards of the table, each explained once. */
import { formatLimit } from "../../web/app/limit-numbers.ts";
import { fullName, type PolicyRoute } from "../../web/app/policy.ts";

/** A guard as the page explains it. */
export interface ExplainedGuard {
  /** The full name. */
  readonly name: string;
  /** Empty if the guard states no facts. */
  readonly explanation: string;
  /** The statuses that it denies with, on any route. */
  readonly denies: readonly number[];
  /** Texts such as `30 requests per 60 s`. */
  readonly limits: readonly string[];
  /** The number of routes that have it. */
  readonly routes: number;
}

/** @returns One entry for each full name, sorted. */
export function explainGuards(routes: readonly PolicyRoute[]): ExplainedGuard[] {
  const uses = routes.flatMap((route) => route.guards.map((guard) => ({ route, guard })));
  const byName = Map.groupBy(uses, ({ guard }) => fullName(guard));
  const explained = [...byName].map(([name, same]) => ({
    name,
    explanation: same[0]?.guard.explanation ?? "",
    denies: [...new Set(same.flatMap(({ guard }) => guard.denies ?? []))].sort(),
    limits: (same[0]?.guard.limits ?? []).map(formatLimit),
    routes: new Set(same.map(({ route }) => route)).size,
  }));
  return explained.sort((a, b) => (a.name < b.name ? -1 : 1));
}
