/** Schemas and validators, and the types inferred from them. */
import type { ValidationIssue, ValidationPart } from "./context.ts";

export interface SafeParseSuccess<T> {
  readonly success: true;
  readonly data: T;
}

export interface SafeParseFailure<E> {
  readonly success: false;
  readonly error: E;
}

export type SafeParseResult<T, E> = SafeParseSuccess<T> | SafeParseFailure<E>;

/** A schema with a `safeParse` method, such as one of zod. */
export interface SchemaLike<TOut = unknown, TError = unknown> {
  safeParse(input: unknown): SafeParseResult<TOut, TError>;
}

/** A schema of Standard Schema 1 (standardschema.dev), reduced to the members used here. */
export interface StandardSchema<TOut = unknown> {
  readonly "~standard": {
    readonly validate: (value: unknown) => StandardResult<TOut> | Promise<StandardResult<TOut>>;
    readonly types?: { readonly output: TOut } | undefined;
  };
}

export type StandardResult<TOut> =
  | { readonly value: TOut; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[]; readonly value?: undefined };

export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * The output type of a schema, after transformations and defaults. zod also states it as `_output`,
 * which is the cheapest place for the compiler to read it.
 */
export type InferSchema<TSchema> = TSchema extends { readonly _output: infer TOut }
  ? TOut
  : TSchema extends SchemaLike<infer TOut>
    ? TOut
    : TSchema extends StandardSchema<infer TOut>
      ? TOut
      : never;

/** The input type of a schema: what a client sends. Unknown for a schema that does not state it. */
export type InferSchemaInput<TSchema> = TSchema extends { readonly _input: unknown }
  ? TSchema["_input"]
  : TSchema extends { readonly "~standard": { readonly types?: { readonly input: infer TIn } | undefined } }
    ? TIn
    : unknown;

/** The error type of a schema's library. */
export type InferSchemaError<TSchema> = TSchema extends { safeParse(input: unknown): infer TResult }
  ? TResult extends { readonly success: false; readonly error: infer TError }
    ? TError
    : never
  : unknown;

/** The type of a part in `c.input`: the schema's output, or `unknown` without a schema. */
export type InferInput<TSchema> = TSchema extends { readonly _output: unknown }
  ? TSchema["_output"]
  : unknown extends TSchema
    ? unknown
    : InferSchema<TSchema>;

/**
 * The schema itself, or an error type for plain data such as `{ url: "string" }`. Validators may have schema types of
 * their own, so anything with a method is a schema, and so is an object about which the types know nothing.
 */
export type CheckSchema<TSchema> = TSchema extends { readonly _output: unknown }
  ? TSchema
  : [InferInput<TSchema>] extends [never]
    ? CheckOwnSchema<TSchema>
    : TSchema;

type CheckOwnSchema<TSchema> = TSchema extends object
  ? Extract<TSchema | TSchema[keyof TSchema], (...input: never) => unknown> extends never
    ? [keyof TSchema] extends [never]
      ? TSchema
      : NotASchema
    : TSchema
  : NotASchema;

interface NotASchema {
  readonly "this is not a schema": "it has no method with which a validator could run it";
}

export interface ValidateOk<T> {
  readonly ok: true;
  readonly value: T;
}

export interface ValidateErr<TError = unknown> {
  readonly ok: false;
  readonly issues: readonly ValidationIssue[];
  /** The error of the validation library, for callers that need more than the issues. */
  readonly error?: TError;
}

export type ValidateResult<T = unknown, TError = unknown> = ValidateOk<T> | ValidateErr<TError>;

/**
 * An adapter for a validation library. It describes the input and never ends a request. The types of `c.input` come
 * from the schemas, so an adapter does not state them again.
 */
export interface Validator<TSchema = unknown> {
  /** Tells whether a value is a schema that `validate` can use. `setup` refuses routes with other values. */
  accepts?(schema: unknown): boolean;
  /**
   * @param schema The schema of the route.
   * @param input The raw value of the part.
   * @param part The name of the part, to be copied into the issues.
   */
  validate(schema: TSchema, input: unknown, part: ValidationPart): ValidateResult | Promise<ValidateResult>;
}
