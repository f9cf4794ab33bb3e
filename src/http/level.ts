/** Levels: what a route, a group or the app lays around a handler, composed when the table is built. */
import type { AnyGuard } from "./guard.ts";
import type { Handler } from "./handler.ts";
import type { Level, LeveledHook, OnErrorHandler, OneOrMany, OnResponseHandler } from "./hooks.ts";

/** The guards and hooks of a level, of which the types have checked that what they need will be there. */
export interface LevelParts {
  readonly guards?: readonly AnyGuard[];
  readonly onResponse?: OneOrMany<OnResponseHandler>;
  readonly onError?: OneOrMany<OnErrorHandler>;
}

/** Lays a level around a handler: its guards run before, its hooks behind those that are there. */
export function addLevel(level: Level, { guards = [], onResponse, onError }: LevelParts, inner: Handler): Handler {
  return {
    ...inner,
    guards: [...guards, ...(inner.guards ?? [])],
    onResponse: [...belowApp(inner.onResponse), ...atLevel(level, onResponse)],
    onError: [...belowApp(inner.onError), ...atLevel(level, onError)],
  };
}

function atLevel<THook>(level: Level, hooks: OneOrMany<THook> | undefined): LeveledHook<THook>[] {
  const list = hooks === undefined ? [] : isList(hooks) ? hooks : [hooks];
  return list.map((run) => ({ level, run }));
}

function isList<T>(hooks: OneOrMany<T>): hooks is readonly T[] {
  return Array.isArray(hooks);
}

/** The level of an app that composed the handler before is left behind. */
function belowApp<THook>(hooks: readonly LeveledHook<THook>[] = []): readonly LeveledHook<THook>[] {
  return hooks.filter(({ level }) => level !== "app");
}
