/** The route table as plain data: what runs for a request, in which order, with which limits. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import type { ValidationPart } from "./context.ts";
import { countLeadingHeadGuards } from "./guard.ts";
import { type Handler, methodsOf, nameOf, PARTS } from "./handler.ts";
import type { Level, LeveledHook } from "./hooks.ts";
import { parsePattern } from "./pattern.ts";
import { add, createRouter, match } from "./router.ts";

/** One route. */
export interface RouteDescription {
  /** In the route's order; `*` stands for all. `HEAD` follows `GET` unless other routes serve it. */
  readonly methods: readonly string[];
  readonly path: string;
  /** In the order in which they run: `head` before the body is read, `input` after. A name may be `(anonymous)`. */
  readonly guards: readonly { readonly name: string; readonly phase: "head" | "input" }[];
  /** The parts that have a schema. */
  readonly schemas: readonly ValidationPart[];
  /** In the order in which they run. */
  readonly onResponse: readonly HookDescription[];
  /** In the order in which they run, until one responds. */
  readonly onError: readonly HookDescription[];
  /** The most bytes of a body that can be read; null for no limit. */
  readonly maxBodyBytes: number | null;
}

export interface HookDescription {
  readonly level: Level;
  readonly name: string;
}

/**
 * Describes a table, one row per route.
 *
 * @param handlers Any list of routes. An app's own `handlers` also carry the app's hooks and its body limit.
 * @returns Plain JSON, in the table's order.
 *
 * @example
 * const app = setup([route.get("/", { resolve: () => new Response("Hello") })]);
 * const [row] = describeRoutes(app.handlers);
 * console.log(row?.methods.join(", "), row?.path); // GET, HEAD /
 */
export function describeRoutes(handlers: readonly Handler<never>[]): RouteDescription[] {
  const heads = createRouter<Handler<never>>();
  for (const handler of handlers)
    if (methodsOf(handler).includes("HEAD")) add(heads, parsePattern(handler.path, []), handler);
  return handlers.map((handler) => describeRoute(handler, listMethods(handler, heads)));
}

/** @param heads The routes that name HEAD, which serve it before those for GET. */
function listMethods(handler: Handler<never>, heads: ReturnType<typeof createRouter<Handler<never>>>): string[] {
  const isServed = () => parsePattern(handler.path, []).paths.some((path) => match(heads, path) === undefined);
  return methodsOf(handler).flatMap((method) => (method === "GET" && isServed() ? ["GET", "HEAD"] : [method]));
}

function describeRoute(handler: Handler<never>, methods: readonly string[]): RouteDescription {
  const { path, guards = [], request = {}, maxBodyBytes = null } = handler;
  const { bodyLimit = maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES } = handler;
  const headGuards = countLeadingHeadGuards(guards);
  return {
    methods,
    path,
    guards: guards.map((guard, index) => ({ name: nameOf(guard), phase: index < headGuards ? "head" : "input" })),
    schemas: PARTS.filter((part) => request[part] !== undefined),
    onResponse: describeHooks(handler.onResponse),
    onError: describeHooks(handler.onError),
    maxBodyBytes: request.body === undefined ? maxBodyBytes : bodyLimit,
  };
}

function describeHooks(hooks: readonly LeveledHook<object & { readonly name: string }>[] = []): HookDescription[] {
  return hooks.map(({ level, run }) => ({ level, name: nameOf(run) }));
}
