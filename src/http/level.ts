/** Levels: the guards and hooks of a route, a group or the app, composed when the table is built. */
import type { AnyGuard } from "./guard.ts";
import type { Handler } from "./handler.ts";
import type { Level, LeveledHook, OnErrorHandler, OneOrMany, OnResponseHandler } from "./hooks.ts";
import type { Validator } from "./schema.ts";

/** The guards and hooks of a level. The types have already checked that the locals they need are supplied. */
export interface LevelParts {
  readonly guards?: readonly AnyGuard[];
  readonly onResponse?: OneOrMany<OnResponseHandler>;
  readonly onError?: OneOrMany<OnErrorHandler>;
}

/** The settings of the app that apply to every route. */
export interface AppParts extends Omit<LevelParts, "guards"> {
  readonly validator?: Validator;
  readonly maxBodyBytes?: number;
}

/** Adds a level around a handler: its guards run before the existing ones, its hooks after them. */
export function addLevel(level: Level, { guards = [], onResponse, onError }: LevelParts, inner: Handler): Handler {
  return {
    ...inner,
    guards: joinGuards(guards, inner.guards),
    onResponse: [...withoutApp(inner.onResponse), ...atLevel(level, onResponse)],
    onError: [...withoutApp(inner.onError), ...atLevel(level, onError)],
  };
}

/** A value that is not a list takes the place of the result, so that set-up can report it. */
function joinGuards(outer: readonly AnyGuard[], inner: readonly AnyGuard[] = []): readonly AnyGuard[] {
  for (const guards of [outer, inner]) if (!Array.isArray(guards)) return guards;
  return [...outer, ...inner];
}

/** Marks hooks with the level that declares them. */
export function atLevel<THook>(level: Level, hooks: OneOrMany<THook> | undefined): LeveledHook<THook>[] {
  return listOf(hooks).map((run) => ({ level, run }));
}

/** The functions of an option that takes one function or several. */
export function listOf<T>(hooks: OneOrMany<T> | undefined): readonly T[] {
  return hooks === undefined ? [] : isList(hooks) ? hooks : [hooks];
}

function isList<T>(hooks: OneOrMany<T>): hooks is readonly T[] {
  return Array.isArray(hooks);
}

/** Drops the hooks of an app that has composed the handler before. */
function withoutApp<THook>(hooks: readonly LeveledHook<THook>[] = []): readonly LeveledHook<THook>[] {
  return hooks.filter(({ level }) => level !== "app");
}
