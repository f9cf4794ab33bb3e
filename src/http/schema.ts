/** What counts as a schema and a validator, and the types that come out of them. */
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

/** A schema of the kind that parses without throwing: zod and its relatives. */
export interface SchemaLike<TOut = unknown, TError = unknown> {
  safeParse(input: unknown): SafeParseResult<TOut, TError>;
}

/** A schema as Standard Schema 1 has it (standardschema.dev), as far as it is used here. */
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
 * The type that a schema gives: its output, after transformations and defaults. zod states it as
 * `_output`, too, where it costs the compiler the least to read.
 */
export type InferSchema<TSchema> = TSchema extends { readonly _output: infer TOut }
  ? TOut
  : TSchema extends SchemaLike<infer TOut>
    ? TOut
    : TSchema extends StandardSchema<infer TOut>
      ? TOut
      : never;

/** The error that a schema's own library gives. */
export type InferSchemaError<TSchema> = TSchema extends { safeParse(input: unknown): infer TResult }
  ? TResult extends { readonly success: false; readonly error: infer TError }
    ? TError
    : never
  : unknown;

/** What a handler finds in `c.input` for a part: the schema's output, `unknown` without a schema. */
export type InferInput<TSchema> = unknown extends TSchema ? unknown : InferSchema<TSchema>;

export interface ValidateOk<T> {
  readonly ok: true;
  readonly value: T;
}

export interface ValidateErr<TError = unknown> {
  readonly ok: false;
  readonly issues: readonly ValidationIssue[];
  /** The library's own error, kept for whoever wants more than the issues. */
  readonly error?: TError;
}

export type ValidateResult<T = unknown, TError = unknown> = ValidateOk<T> | ValidateErr<TError>;

/** An adapter for a validation library: it describes, and never ends a request. */
export interface Validator<TSchema = unknown> {
  /**
   * @param schema The schema, as a route has it.
   * @param input The raw value of the part.
   * @param part Which part it is, for the issues.
   */
  validate<S extends TSchema>(
    schema: S,
    input: unknown,
    part: ValidationPart,
  ): ValidateResult<InferSchema<S>, InferSchemaError<S>> | Promise<ValidateResult<InferSchema<S>, InferSchemaError<S>>>;
}
