/** Groups: guards and hooks shared by several routes, composed into each route when the table is built. */
import type { AnyLocals } from "./context.ts";
import type { RouteProperties } from "./extensions.ts";
import type { GuardFn } from "./guard.ts";
import type { CheckGuards, CheckHandlers, GuardElement, HasKeys, LocalsAfter, Named } from "./guard-order.ts";
import { flattenHandlers, type Handler, type HandlerList, isRoute } from "./handler.ts";
import type { LevelHooks } from "./hooks.ts";
import { addLevel, type LevelParts } from "./level.ts";
import type { OperationsOf } from "./operation.ts";

/** The options of a group. */
export interface GroupOptions<TGuards = readonly GuardFn[], TBase = AnyLocals, THandlers = HandlerList, TKeys = never>
  extends LevelHooks<TBase>,
    RouteProperties {
  /** Run before the guards of inner groups and routes. */
  readonly guards?: TGuards & CheckGuards<TGuards, TBase>;
  /** Routes and groups. The locals that they need must be supplied by the base and the guards. */
  readonly handlers: CheckHandlers<THandlers, SuppliedByGuards<TGuards, TBase, TKeys>>;
}

/** The locals supplied to the handlers of a group; `never`, which accepts any need, until every guard is typed. */
type SuppliedByGuards<TGuards, TBase, TKeys> = "guards" extends TKeys
  ? object extends TGuards[number & keyof TGuards]
    ? never
    : LocalsAfter<TGuards, TBase>
  : TBase;

/** Creates a group. The result is a plain list of routes. */
export type Group<TBase> = <
  const TGuards extends readonly GuardElement<TBase>[],
  THandlers extends HandlerList<never>,
  TKeys extends PropertyKey = never,
>(
  options: GroupOptions<TGuards, TBase, THandlers, TKeys> & HasKeys<TKeys, GroupOptions>,
) => Handler<Named<TBase>, OperationsOf<THandlers>>[];

function composeGroup(options: LevelParts & { readonly handlers: HandlerList }): Handler[] {
  const { handlers, guards, onResponse, onError, ...properties } = options;
  return flattenHandlers(handlers).map((handler) =>
    isRoute(handler) ? addLevel("group", options, { ...properties, ...handler }) : handler,
  );
}

/** Creates `group` for locals of the type `TBase`. The cast drops the option types, which have been checked by then. */
export function createGroup<TBase>(): Group<TBase> {
  return composeGroup as (options: never) => Handler<never>[] as Group<TBase>;
}
