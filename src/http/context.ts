/** What is known of a request: the facts that guards, handlers and hooks read. */

/** Locals of which nothing is known but that they have names. */
export type AnyLocals = Record<string, unknown>;

/** Path parameters of a route whose pattern is not known to the types. */
export type AnyParams = Readonly<Record<string, string | number | undefined>>;

/** The three parts of a request that a schema can describe. */
export type ValidationPart = "params" | "query" | "body";

/** One reason why a part of the request does not fit its schema. */
export interface ValidationIssue {
  readonly part: ValidationPart;
  /** Keys from the part's root to the value at fault; empty for the part as a whole. */
  readonly path: readonly string[];
  readonly message: string;
  readonly code?: string;
}

/** Inputs as they arrived, decoded and not validated. */
export interface RawValues {
  /** Path parameters, percent-decoded where they decode. No prototype. */
  readonly params: Readonly<Record<string, string | undefined>>;
  /** Query parameters; a list where the name is repeated. No prototype. */
  readonly query: Readonly<Record<string, string | string[] | undefined>>;
  /** The parsed JSON body; undefined without a body schema, before it is read, and where it could not be parsed. */
  readonly body?: unknown;
}

/** Every part that has a schema fits it. A part without one holds its raw value. */
export interface InputOk<TParams = unknown, TQuery = unknown, TBody = unknown> {
  readonly ok: true;
  readonly params: TParams;
  readonly query: TQuery;
  readonly body: TBody;
}

/** At least one part does not fit its schema, or the body could not be read. */
export interface InputErr {
  readonly ok: false;
  /** The parts at fault, in the order params, query, body. */
  readonly failed: readonly ValidationPart[];
  /** Every issue of every part, in the same order. */
  readonly issues: readonly ValidationIssue[];
  /** The raw values of the parts at fault. */
  readonly received: { readonly params?: unknown; readonly query?: unknown; readonly body?: unknown };
  /** The validator's own error objects, where it gives any. */
  readonly errors?: Partial<Readonly<Record<ValidationPart, unknown>>>;
}

/** The result of validation: a fact, never a decision. */
export type InputState<TParams = unknown, TQuery = unknown, TBody = unknown> =
  | InputOk<TParams, TQuery, TBody>
  | InputErr;

/** The route that matched, as the table has it. */
export interface MatchedRoute {
  readonly method: string | readonly string[];
  readonly path: string;
  /** Its guards in the order in which they run, for their names. */
  readonly guards: readonly { readonly name: string }[];
}

/** What a head guard reads: everything but the body and what needs it. */
export interface HeadContext<TLocals = AnyLocals, TPathParams = AnyParams> {
  readonly request: Request;
  readonly route: MatchedRoute;
  /** Path parameters as the pattern types them: `<int>` and `<uint>` are numbers. No prototype. */
  readonly params: TPathParams;
  readonly raw: RawValues;
  /** What `onRequest` and the guards so far have supplied. Replaced, never mutated. */
  readonly locals: TLocals;
}

/** What guards and handlers read. */
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
  readonly locals: TLocals;
  readonly input: InputState<TParams, TQuery, TBody>;
}

/** What hooks read. They also run where nothing matched or a guard denied, so some facts may be missing. */
export interface HookContext<TLocals = AnyLocals> extends Omit<HeadContext<TLocals>, "route"> {
  readonly route: MatchedRoute | undefined;
  readonly input: InputState | undefined;
}

/** What `notFound` reads. */
export interface UnmatchedContext<TLocals = AnyLocals> extends HookContext<TLocals> {
  /** Methods, sorted, for which the path has a route; empty where the path has none at all. */
  readonly allowedMethods: readonly string[];
}

/** The context as dispatch fills it in, step by step. */
export type Facts = { -readonly [K in keyof UnmatchedContext]: UnmatchedContext[K] };
