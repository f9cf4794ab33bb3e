/** Groups: guards and hooks that several routes have in common, composed into each when the table is built. */
import type { AnyLocals } from "./context.ts";
import type { AnyGuard } from "./guard.ts";
import type { CheckGuards, GuardElement, HasKeys, LocalsAfter, Named } from "./guard-order.ts";
import type { Handler, HandlerEntry } from "./handler.ts";
import type { LevelHooks } from "./hooks.ts";
import { addLevel, type LevelParts } from "./level.ts";

/** What a group is made of. */
export interface GroupOptions<TGuards = readonly AnyGuard[], TBase = AnyLocals, TKeys = never>
  extends LevelHooks<TBase> {
  /** Run before those of inner groups and routes. */
  readonly guards?: TGuards & CheckGuards<TGuards, TBase>;
  /** Routes and groups that need no more than is there once the guards have allowed. */
  readonly handlers: readonly HandlerEntry<SuppliedByGuards<TGuards, TBase, TKeys>>[];
}

/** What the handlers of a group may count on; whatever they need, while a guard is still to be typed. */
type SuppliedByGuards<TGuards, TBase, TKeys> = "guards" extends TKeys
  ? object extends TGuards[number & keyof TGuards]
    ? never
    : LocalsAfter<TGuards, TBase>
  : TBase;

/** Makes a group; the result is a plain list of routes. */
export type Group<TBase> = <const TGuards extends readonly GuardElement<TBase>[], TKeys extends PropertyKey = never>(
  options: GroupOptions<TGuards, TBase, TKeys> & HasKeys<TKeys, GroupOptions>,
) => Handler<Named<TBase>>[];

function composeGroup(options: LevelParts & { readonly handlers: readonly HandlerEntry[] }): Handler[] {
  return options.handlers.flat().map((handler) => addLevel("group", options, handler));
}

/** Makes groups for locals of the type `TBase`: the seam where the types, having checked the options, are forgotten. */
export function createGroup<TBase>(): Group<TBase> {
  return composeGroup as (options: never) => Handler[] as Group<TBase>;
}
