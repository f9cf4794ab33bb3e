/** Turns a route into what dispatch runs, and refuses one that cannot be right. */
import { DEFAULT_MAX_BODY_BYTES } from "./body.ts";
import type { UnmatchedContext } from "./context.ts";
import { countLeadingHeadGuards } from "./guard.ts";
import type { LeveledHook, OnErrorHandler, OnResponseHandler } from "./hooks.ts";
import type { InputPlan } from "./input.ts";
import { type PathPattern, parsePattern } from "./pattern.ts";
import type { Handler } from "./route.ts";
import { labelsOf } from "./label.ts";
import type { Validator } from "./schema.ts";
import { SetupError } from "./setup-error.ts";

/** A guard or handler as dispatch calls it: what it may return is checked there. */
export type Step = (c: UnmatchedContext) => unknown;

/** A route, ready to run. */
export interface Plan {
  readonly handler: Handler;
  readonly pattern: PathPattern;
  readonly guards: readonly Step[];
  /** How many of the guards run before the body is read. */
  readonly headGuards: number;
  readonly inputs: InputPlan | undefined;
  readonly resolve: Step;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
}

/** What the app sets for every route. */
export interface AppDefaults {
  readonly validator?: Validator | undefined;
  readonly maxBodyBytes?: number | undefined;
  readonly onResponse: readonly LeveledHook<OnResponseHandler>[];
  readonly onError: readonly LeveledHook<OnErrorHandler>[];
}

/**
 * Composes the app's own level into a route. A level that an earlier app left is replaced.
 *
 * @throws {SetupError} `guard_invalid`, `handler_invalid`.
 */
export function composeApp(handler: Handler, app: AppDefaults): Handler {
  if (typeof handler.handler !== "function") throw new SetupError("handler_invalid", "A route's resolve is a function", labelsOf(handler));
  const { guards = [], maxBodyBytes = app.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES } = handler;
  if (!Array.isArray(guards) || guards.some((guard) => typeof guard !== "function")) {
    throw new SetupError("guard_invalid", "Every guard is a function", labelsOf(handler));
  }
  return {
    ...handler,
    guards,
    maxBodyBytes,
    onResponse: [...belowApp(handler.onResponse), ...app.onResponse],
    onError: [...belowApp(handler.onError), ...app.onError],
  };
}

function belowApp<T>(hooks: readonly LeveledHook<T>[] = []): readonly LeveledHook<T>[] {
  return hooks.filter((hook) => hook.level !== "app");
}

/** @throws {SetupError} `pattern_invalid`, `validator_missing`. */
export function createPlan(handler: Handler, validator: Validator | undefined): Plan {
  const { guards = [], request = {}, maxBodyBytes = DEFAULT_MAX_BODY_BYTES, onResponse = [], onError = [] } = handler;
  return {
    handler,
    pattern: parsePattern(handler.path, labelsOf(handler).join(", ")),
    guards: guards.map(toStep),
    headGuards: countLeadingHeadGuards(guards),
    inputs: hasSchemas(request) ? { schemas: request, validator: required(validator, handler), maxBodyBytes } : undefined,
    resolve: toStep(handler.handler),
    onResponse,
    onError,
  };
}

/** The seam where a guard's or handler's needs are forgotten: the types have checked that they are met. */
function toStep(step: (c: never) => unknown): Step {
  return step as Step;
}

function hasSchemas({ params, query, body }: NonNullable<Handler["request"]>): boolean {
  return params !== undefined || query !== undefined || body !== undefined;
}

function required(validator: Validator | undefined, handler: Handler): Validator {
  if (validator) return validator;
  throw new SetupError("validator_missing", "Validator is required when route defines request schemas", labelsOf(handler));
}
