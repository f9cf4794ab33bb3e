/** Composes the app's settings into each route and produces the form that dispatch runs. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import type { UnmatchedContext } from "./context.ts";
import { countLeadingHeadGuards, type GuardResult } from "./guard.ts";
import { type Handler, labelsOf } from "./handler.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";
import { addLevel, type LevelParts } from "./level.ts";
import type { Validator } from "./schema.ts";
import { SetupError } from "./setup-error.ts";

/** The settings of the app that apply to every route. */
export interface AppParts extends Omit<LevelParts, "guards"> {
  readonly validator?: Validator;
  readonly maxBodyBytes?: number;
}

/** A route, ready to run. The types have already checked that the locals its guards and handler need are supplied. */
export interface Composed extends Handler<unknown> {
  readonly guards: readonly ((c: UnmatchedContext) => GuardResult | Promise<GuardResult>)[];
  readonly handler: (c: UnmatchedContext) => Response | Promise<Response>;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
  /** The body limit in bytes: the route's own, else the app's, else the default. */
  readonly bodyLimit: number;
  /** The number of leading guards that run before the body is read. */
  readonly headGuards: number;
  /** Set if any part of the request has a schema. */
  readonly validator: Validator | undefined;
}

/** @throws {SetupError} `guard_invalid`, `validator_missing`. */
export function compose(given: Handler, app: AppParts): Composed {
  const { guards = [], request = {} } = given;
  if (!Array.isArray(guards) || guards.some((guard) => typeof guard !== "function")) {
    throw new SetupError("guard_invalid", "`guards` must be a list of functions", labelsOf(given));
  }
  const hasSchema = Object.values(request).some((schema) => schema !== undefined);
  const validator = hasSchema ? app.validator : undefined;
  if (hasSchema && !validator) {
    throw new SetupError(
      "validator_missing",
      "Validator is required when route defines request schemas (pass one to setup, such as standardValidator)",
      labelsOf(given),
    );
  }
  const bodyLimit = given.maxBodyBytes ?? app.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
  const handler = addLevel("app", app, given);
  return ready({ ...handler, bodyLimit }, countLeadingHeadGuards(handler.guards ?? []), validator);
}

/** Drops the types of the locals that guards and the handler need: `setup` has already checked them. */
function ready(handler: Handler, headGuards: number, validator: Validator | undefined): Composed {
  return { ...handler, headGuards, validator } as Composed;
}
