/** The route table as plain data: what runs for a request, in which order, with which limits. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import type { ValidationPart } from "./context.ts";
import { countLeadingHeadGuards } from "./guard.ts";
import { type Handler, methodsOf } from "./handler.ts";
import type { Level, LeveledHook } from "./hooks.ts";
import { PARTS } from "./input.ts";
import { SetupError } from "./setup-error.ts";

/** One method of one route. */
export interface RouteDescription {
  readonly method: string;
  readonly path: string;
  /** In the order in which they run; `head` before the body is read, `input` after. */
  readonly guards: readonly { readonly name: string; readonly phase: "head" | "input" }[];
  /** The parts that have a schema. */
  readonly schemas: readonly ValidationPart[];
  /** In the order in which they run. */
  readonly onResponse: readonly HookDescription[];
  /** In the order in which they are asked. */
  readonly onError: readonly HookDescription[];
  /** The most bytes of a body that is read; null where none is. */
  readonly maxBodyBytes: number | null;
}

export interface HookDescription {
  readonly level: Level;
  readonly name: string;
}

/**
 * Describes a table, one row a method and path.
 *
 * @param handlers Best an app's own `handlers`: then the app's level is in it, too.
 * @returns Plain JSON, in the table's order.
 * @throws {SetupError} `guard_unnamed`, for a guard that would have no name in the description.
 */
export function describeRoutes(handlers: readonly Handler[]): RouteDescription[] {
  return handlers.flatMap((handler) => methodsOf(handler).map((method) => describeRoute(method, handler)));
}

function describeRoute(method: string, handler: Handler): RouteDescription {
  const { path, guards = [], request = {}, maxBodyBytes = DEFAULT_MAX_BODY_BYTES, bodyLimit = maxBodyBytes } = handler;
  const headGuards = countLeadingHeadGuards(guards);
  return {
    method,
    path,
    guards: guards.map(({ name }, index) => {
      if (!name) throw new SetupError("guard_unnamed", `Guard ${index} has no name`, [`${method} ${path}`]);
      return { name, phase: index < headGuards ? "head" : "input" };
    }),
    schemas: PARTS.filter((part) => request[part] !== undefined),
    onResponse: describeHooks(handler.onResponse),
    onError: describeHooks(handler.onError),
    maxBodyBytes: request.body === undefined ? null : bodyLimit,
  };
}

function describeHooks(hooks: readonly LeveledHook<object & { readonly name: string }>[] = []): HookDescription[] {
  return hooks.map(({ level, run }) => ({ level, name: run.name }));
}
