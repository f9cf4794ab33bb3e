/** Composes the app's level into a route and makes ready what dispatch runs. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import type { UnmatchedContext } from "./context.ts";
import { countLeadingHeadGuards, type GuardResult } from "./guard.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";
import { type Handler, labelsOf } from "./route.ts";
import type { Validator } from "./schema.ts";
import { SetupError } from "./setup-error.ts";

/** What the app sets for every route. */
export interface AppLevel {
  readonly validator: Validator | undefined;
  readonly maxBodyBytes: number | undefined;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
}

/** A composed route: its guards and handler called without regard to what they need, which the types have checked. */
export interface Composed extends Handler<unknown> {
  readonly guards: readonly ((c: UnmatchedContext) => GuardResult | Promise<GuardResult>)[];
  readonly handler: (c: UnmatchedContext) => Response | Promise<Response>;
  /** The most bytes of a body that is read: the route's limit, else the app's, else the default. */
  readonly bodyLimit: number;
  readonly onResponse: AppLevel["onResponse"];
  readonly onError: AppLevel["onError"];
}

/** A route, ready to run. */
export interface Plan {
  /** For error messages. */
  readonly name: string;
  readonly route: Composed;
  /** How many of the guards run before the body is read. */
  readonly headGuards: number;
  /** Needed where a part has a schema. */
  readonly validator: Validator | undefined;
}

/** @throws {SetupError} `guard_invalid`, `validator_missing`. */
export function createPlan(given: Handler, app: AppLevel): Plan {
  const names = labelsOf(given);
  const { guards = [], request = {} } = given;
  if (!Array.isArray(guards) || guards.some((guard) => typeof guard !== "function")) {
    throw new SetupError("guard_invalid", "A guard is not a function", names);
  }
  const hasSchema = Object.values(request).some((schema) => schema !== undefined);
  if (hasSchema && !app.validator) {
    throw new SetupError("validator_missing", "Validator is required when route defines request schemas", names);
  }
  return {
    name: names.join(", "),
    route: compose(given, app),
    headGuards: countLeadingHeadGuards(guards),
    validator: hasSchema ? app.validator : undefined,
  };
}

/** The seam where what guards and handlers need is forgotten. A level that an earlier app left behind is replaced. */
function compose(given: Handler, app: AppLevel): Composed {
  const composed: Handler = {
    ...given,
    guards: given.guards ?? [],
    bodyLimit: given.maxBodyBytes ?? app.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES,
    onResponse: [...belowApp(given.onResponse), ...app.onResponse],
    onError: [...belowApp(given.onError), ...app.onError],
  };
  return composed as Composed;
}

function belowApp<T>(hooks: readonly LeveledHook<T>[] = []): readonly LeveledHook<T>[] {
  return hooks.filter(({ level }) => level !== "app");
}
