/** The contexts: the facts about a request that guards, handlers and hooks read. */
import type { RouteProperties } from "./extensions.ts";

/** Locals whose keys and types are unknown. */
export type AnyLocals = Record<string, unknown>;

/** Path parameters of a route whose pattern is unknown to the types. */
export interface AnyParams {
  readonly [name: string]: string | number | undefined;
}

/** The three parts of a request that a schema can describe. */
export type ValidationPart = "params" | "query" | "body";

/** One reason why a part of the request is invalid. */
export interface ValidationIssue {
  readonly part: ValidationPart;
  /** Keys from the root of the part to the invalid value. Empty if the issue concerns the whole part. */
  readonly path: readonly string[];
  readonly message: string;
  readonly code?: string;
}

/** The inputs as they arrived: decoded, but not validated. */
export interface RawValues {
  /** Path parameters as strings. Percent-encoding is decoded; a malformed value stays as it came. No prototype. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** Query parameters. A repeated name gives a list. No prototype. */
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body. Undefined without a body schema, before the body is read, and if it is not JSON. */
  readonly body?: unknown;
}

/** The input when every part is valid. A part with a schema holds the schema's output. */
export interface InputOk<TParams = unknown, TQuery = unknown, TBody = unknown> {
  readonly ok: true;
  readonly params: TParams;
  readonly query: TQuery;
  readonly body: TBody;
}

/** The input when at least one part is invalid, or the body could not be read as JSON. */
export interface InputErr {
  readonly ok: false;
  /** The invalid parts, in the order params, query, body. */
  readonly failed: readonly ValidationPart[];
  /** All issues of all parts, in the same order. */
  readonly issues: readonly ValidationIssue[];
  /** The raw values of the invalid parts. */
  readonly received: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown };
  /** The error objects of the validation library, if the validator passes them on. */
  readonly errors?: Partial<Readonly<Record<ValidationPart, unknown>>>;
}

/** The result of validation. It never ends a request: the handler decides what it means. */
export type InputState<TParams = unknown, TQuery = unknown, TBody = unknown> =
  | InputOk<TParams, TQuery, TBody>
  | InputErr;

/** The matched route, as it stands in the table. */
export interface MatchedRoute extends RouteProperties {
  readonly method: string | readonly string[];
  readonly path: string;
  /** The guards in the order in which they run, so that their names can be read. */
  readonly guards: readonly { readonly name: string }[];
}

/** The context of a head guard: everything except the body and the validated input. */
export interface HeadContext<TLocals = AnyLocals, TPathParams = AnyParams> {
  readonly request: Request;
  readonly route: MatchedRoute;
  /** Path parameters with the types of the pattern: `<int>` and `<uint>` are numbers, `<uuid>` is in lower case. No prototype. */
  readonly params: TPathParams;
  readonly raw: RawValues;
  /** The locals that `onRequest` and the guards so far have supplied. Replaced, never mutated. */
  readonly locals: Readonly<TLocals>;
}

/** The context of guards and handlers. */
export interface Context<
  TParams = unknown,
  TQuery = unknown,
  TBody = unknown,
  TLocals = AnyLocals,
  TPathParams = AnyParams,
> {
  readonly request: Request;
  readonly route: MatchedRoute;
  readonly params: TPathParams;
  readonly raw: RawValues;
  readonly locals: Readonly<TLocals>;
  readonly input: InputState<TParams, TQuery, TBody>;
}

/** The context of hooks. A hook may run without a matched route or after a denial, so some facts may be missing. */
export interface HookContext<TLocals = AnyLocals> extends Omit<HeadContext<TLocals>, "route"> {
  readonly route: MatchedRoute | undefined;
  readonly input: InputState | undefined;
}

/** The context of `notFound`. */
export interface UnmatchedContext<TLocals = AnyLocals> extends HookContext<TLocals> {
  /** The methods, sorted, that have a route for this path. Empty if the path has no route at all. */
  readonly allowedMethods: readonly string[];
}

/** The context while dispatch fills it in, step by step. */
export type Facts = { -readonly [K in keyof UnmatchedContext]: UnmatchedContext[K] };
