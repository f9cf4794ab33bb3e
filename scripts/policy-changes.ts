/** Changes of the policy as sentences, grouped by their effect on access: wider, narrower or neither. */
import { formatNames } from "./policy-cells.ts";

/** Changes whose direction the table does not show count as widening, so that nobody overlooks them. */
export const GROUPS = ["widening", "narrowing", "neutral"] as const;
export type Group = (typeof GROUPS)[number];

/** A sentence that may be the same for several routes. */
export interface Change {
  readonly group: Group;
  /** The labels of its routes, such as `POST /login`; none for a change of the app. */
  readonly routes: readonly string[];
  /** @param target A label, or a number such as `3 routes`. */
  readonly say: (target: string) => string;
  /** Whether it opens a route to anyone. Such changes come first. */
  readonly opens?: true;
}

/** @param verb Ends before the route, such as `removes requireAuth from`. */
export function change(group: Group, routes: readonly string[], verb: string, rest = ""): Change {
  return { group, routes, say: (target) => `${verb} ${target}${rest}` };
}

/** A change that concerns no route. */
export function appChange(group: Group, sentence: string): Change {
  return { group, routes: [], say: () => sentence };
}

/** Says each sentence once, with all of its routes. */
export function mergeChanges(changes: readonly Change[]): Readonly<Record<Group, readonly string[]>> {
  const merged = new Map<string, Change>();
  for (const next of changes) {
    const key = `${next.group} ${next.say("…")}`;
    const routes = [...(merged.get(key)?.routes ?? []), ...next.routes];
    merged.set(key, { ...next, routes: [...new Set(routes)] });
  }
  const sorted = [...merged.values()].sort((one, other) => Number(other.opens ?? 0) - Number(one.opens ?? 0));
  const inGroup = (group: Group) => sorted.filter((one) => one.group === group).map(sayWithRoutes);
  return { widening: inGroup("widening"), narrowing: inGroup("narrowing"), neutral: inGroup("neutral") };
}

function sayWithRoutes({ routes, say }: Change): string {
  const [first = ""] = routes;
  return routes.length > 1 ? `${say(`${routes.length} routes`)}: ${routes.join(", ")}` : say(first);
}

/** @returns Undefined for the same hooks. Their names do not tell what they do, so that any change may widen. */
export function describeHooks(hook: string, before: readonly string[], after: readonly string[]): string | undefined {
  const [was, is] = [formatNames(before), formatNames(after)];
  return was === is ? undefined : `${hook} from ${was} to ${is}`;
}
