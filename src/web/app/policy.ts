/** The policy: the route table as plain data, with CORS and the facts of each guard. */
import { describeRoutes, type Handler, type RouteDescription } from "../../http/index.ts";

import { hasCors } from "../hooks/cors.ts";

import { factsOf, type GuardFacts } from "./guard-facts.ts";
import { type LimitConfig, type PolicyLimit, resolveLimit } from "./limit-numbers.ts";

/** A guard of a route, with its facts. */
export type PolicyGuard = RouteDescription["guards"][number] &
  Omit<Partial<GuardFacts>, "limits"> & {
    /** Absent if the app was described without a configuration. */
    readonly limits?: readonly PolicyLimit[];
  };

/** One route. Its hooks are those of the route and its groups, without the app's. */
export interface PolicyRoute extends RouteDescription {
  readonly guards: readonly PolicyGuard[];
  /** Whether pages of the configured origins may call it. */
  readonly cors: boolean;
}

/** The names of the hooks that run for every request, in order. */
export interface AppHooks {
  readonly onRequest: readonly string[];
  readonly onResponse: readonly string[];
  readonly onError: readonly string[];
  readonly onSend: readonly string[];
}

/** The policy of an app. */
export interface Policy {
  readonly hooks: AppHooks;
  readonly routes: readonly PolicyRoute[];
}

/** The parts of an app that its policy is derived from. */
interface AppTable {
  readonly handlers: readonly Handler<never>[];
  readonly onRequest: readonly { readonly name: string }[];
  readonly onSend: readonly { readonly name: string }[];
}

/**
 * Describes an app: its hooks once, and one row per route.
 *
 * @param config Resolves the numbers of limits. Without it, guards have no `limits`.
 * @throws If a number of a limit is malformed or missing in `config`.
 *
 * @example
 * const { hooks, routes } = describeApp(app, { env });
 */
export function describeApp({ handlers, onRequest, onSend }: AppTable, config?: LimitConfig): Policy {
  // Each route has the hooks of the app, so the first route suffices.
  const [first] = describeRoutes(handlers.slice(0, 1));
  const ofApp = (hooks: RouteDescription["onResponse"] = []) =>
    hooks.filter(({ level }) => level === "app").map(({ name }) => name);
  const namesOf = (hooks: AppTable["onRequest"]) => hooks.map(({ name }) => name || "(anonymous)");
  return {
    hooks: {
      onRequest: namesOf(onRequest),
      onResponse: ofApp(first?.onResponse),
      onError: ofApp(first?.onError),
      onSend: namesOf(onSend),
    },
    routes: describePolicy(handlers, config),
  };
}

/** Describes a table, one row per route, in the table's order. @param config As for `describeApp`. */
export function describePolicy(handlers: readonly Handler<never>[], config?: LimitConfig): PolicyRoute[] {
  return describeRoutes(handlers).map((route, row) => ({
    ...route,
    guards: route.guards.map((guard, index) => ({
      ...guard,
      ...describeFacts(factsOf(handlers[row]?.guards?.[index] ?? guard), config),
    })),
    onResponse: route.onResponse.filter(({ level }) => level !== "app"),
    onError: route.onError.filter(({ level }) => level !== "app"),
    cors: hasCors(handlers[row] ?? {}),
  }));
}

function describeFacts(
  { limits, ...facts }: Partial<GuardFacts> = {},
  config: LimitConfig | undefined,
): Omit<PolicyGuard, "name" | "phase"> {
  return config && limits ? { ...facts, limits: limits.map((limit) => resolveLimit(limit, config)) } : facts;
}

/** The fragment of a route's row on the page that shows the policy, such as `GET/notes/:id`. */
export function rowIdOf({ method, path }: Pick<Handler, "method" | "path">): string {
  return encodeURI(`${[method].flat()[0]}${path}`);
}

/** The full name of a guard of a route. */
export function fullNameOf(guard: { readonly name: string }): string {
  return fullName({ name: guard.name || "(anonymous)", ...factsOf(guard) });
}

/** The name of a guard with its detail, such as `requireRole(admin)`. */
export function fullName({ name, detail }: Pick<PolicyGuard, "name" | "detail">): string {
  return detail ? `${name}(${detail})` : name;
}
