/** Groups: guards and hooks that several routes have in common, composed into each when the table is built. */
import type { AnyLocals } from "./context.ts";
import type { AnyGuard } from "./guard.ts";
import type { CheckGuards, GuardElement, LocalsAfter, Named } from "./guard-order.ts";
import { atLevel, type LevelHooks, type OnErrorHandler, type OnResponseHandler } from "./hooks.ts";
import type { Handler, HandlerEntry } from "./route.ts";

/** What a group is made of. */
export interface GroupOptions<TGuards = readonly AnyGuard[], TBase = AnyLocals> extends LevelHooks<TBase> {
  /** Run before those of inner groups and routes. */
  readonly guards?: TGuards & CheckGuards<TGuards, TBase>;
  /** Routes and groups that need no more than is there once the guards have allowed. */
  readonly handlers: readonly HandlerEntry<LocalsAfter<TGuards, TBase>>[];
}

/** Makes a group; the result is a plain list of routes. */
export type Group<TBase> = <const TGuards extends readonly GuardElement<TBase>[]>(
  options: GroupOptions<TGuards, TBase>,
) => Handler<Named<TBase>>[];

interface AnyGroupOptions {
  readonly guards?: readonly AnyGuard[];
  readonly handlers: readonly HandlerEntry[];
  readonly onResponse?: unknown;
  readonly onError?: unknown;
}

function composeGroup({ guards = [], handlers, onResponse, onError }: AnyGroupOptions): Handler[] {
  const afterResponse = atLevel<OnResponseHandler>("group", onResponse);
  const afterError = atLevel<OnErrorHandler>("group", onError);
  return handlers.flat().map((handler) => ({
    ...handler,
    guards: [...guards, ...(handler.guards ?? [])],
    onResponse: [...(handler.onResponse ?? []), ...afterResponse],
    onError: [...(handler.onError ?? []), ...afterError],
  }));
}

/** Makes groups for locals of the type `TBase`: the seam where the types, having checked the options, are forgotten. */
export function createGroup<TBase>(): Group<TBase> {
  return composeGroup as (options: never) => Handler[] as Group<TBase>;
}
