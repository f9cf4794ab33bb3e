/** Composes the app around a route and makes ready what dispatch runs. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import type { UnmatchedContext } from "./context.ts";
import { countLeadingHeadGuards, type GuardResult } from "./guard.ts";
import { type Handler, labelsOf } from "./handler.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";
import { addLevel, type LevelParts } from "./level.ts";
import type { Validator } from "./schema.ts";
import { SetupError } from "./setup-error.ts";

/** What the app sets for every route. */
export interface AppParts extends Omit<LevelParts, "guards"> {
  readonly validator?: Validator;
  readonly maxBodyBytes?: number;
}

/** A route, ready to run: called without regard to what its guards and handler need, which the types have checked. */
export interface Composed extends Handler<unknown> {
  readonly guards: readonly ((c: UnmatchedContext) => GuardResult | Promise<GuardResult>)[];
  readonly handler: (c: UnmatchedContext) => Response | Promise<Response>;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
  /** The most bytes of a body that is read: the route's limit, else the app's, else the default. */
  readonly bodyLimit: number;
  /** How many of the guards run before the body is read. */
  readonly headGuards: number;
  /** There where a part has a schema. */
  readonly validator: Validator | undefined;
}

/** @throws {SetupError} `guard_invalid`, `validator_missing`. */
export function compose(given: Handler, app: AppParts): Composed {
  const { guards = [], request = {} } = given;
  if (!Array.isArray(guards) || guards.some((guard) => typeof guard !== "function")) {
    throw new SetupError("guard_invalid", "A guard is not a function", labelsOf(given));
  }
  const hasSchema = Object.values(request).some((schema) => schema !== undefined);
  const validator = hasSchema ? app.validator : undefined;
  if (hasSchema && !validator) {
    throw new SetupError(
      "validator_missing",
      "Validator is required when route defines request schemas",
      labelsOf(given),
    );
  }
  const bodyLimit = given.maxBodyBytes ?? app.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const handler = addLevel("app", app, given);
  return ready({ ...handler, bodyLimit }, countLeadingHeadGuards(handler.guards ?? []), validator);
}

/** The seam where what guards and the handler need is forgotten. */
function ready(handler: Handler, headGuards: number, validator: Validator | undefined): Composed {
  return { ...handler, headGuards, validator } as Composed;
}
