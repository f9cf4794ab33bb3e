/** Levels: the guards and hooks of a route, a group or the app, composed when the table is built. */
import type { AnyGuard } from "./guard.ts";
import type { Handler } from "./handler.ts";
import type { Level, LeveledHook, OnErrorHandler, OneOrMany, OnResponseHandler } from "./hooks.ts";

/** The guards and hooks of a level. The types have already checked that the locals they need are supplied. */
export interface LevelParts {
  readonly guards?: readonly AnyGuard[];
  readonly onResponse?: OneOrMany<OnResponseHandler>;
  readonly onError?: OneOrMany<OnErrorHandler>;
}

/** Adds a level around a handler: its guards run before the existing ones, its hooks after them. */
export function addLevel(level: Level, { guards = [], onResponse, onError }: LevelParts, inner: Handler): Handler {
  return {
    ...inner,
    guards: [...guards, ...(inner.guards ?? [])],
    onResponse: [...withoutApp(inner.onResponse), ...atLevel(level, onResponse)],
    onError: [...withoutApp(inner.onError), ...atLevel(level, onError)],
  };
}

function atLevel<THook>(level: Level, hooks: OneOrMany<THook> | undefined): LeveledHook<THook>[] {
  const list = hooks === undefined ? [] : isList(hooks) ? hooks : [hooks];
  return list.map((run) => ({ level, run }));
}

function isList<T>(hooks: OneOrMany<T>): hooks is readonly T[] {
  return Array.isArray(hooks);
}

/** Drops the hooks of an app that has composed the handler before. */
function withoutApp<THook>(hooks: readonly LeveledHook<THook>[] = []): readonly LeveledHook<THook>[] {
  return hooks.filter(({ level }) => level !== "app");
}
