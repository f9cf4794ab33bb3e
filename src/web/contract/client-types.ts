/** The types of a client: the input of each call, and its possible responses. */
import type { InferSchemaInput, Operation, RouteParams } from "../../http/index.ts";
import type { RefusalStatus } from "../respond/problem.ts";
import type { Problem } from "./bodies.ts";

/** A function for each route, by its method and path. */
export type Client<TApi extends Operation> = {
  readonly [TOperation in TApi as `${TOperation["method"]} ${TOperation["path"]}`]: (
    ...input: Arguments<Input<TOperation>>
  ) => Promise<ClientResponse<TOperation["responses"]>>;
};

type Arguments<TInput> = {} extends TInput ? [input?: TInput] : [input: TInput];

/** The input of every call. */
export interface CallOptions {
  /** Added to the headers of the client, and preferred to them. */
  readonly headers?: HeadersInit | undefined;
  /** Aborts the request. */
  readonly signal?: AbortSignal | undefined;
}

type Input<TOperation extends Operation> = CallOptions &
  ParamsInput<RouteParams<TOperation["path"]>, TOperation["params"]> &
  QueryInput<TOperation["query"]> &
  BodyInputOf<TOperation["body"], TOperation["method"]> &
  RawInput<TOperation["responses"]>;

type ParamsInput<TPathParams, TSchema> = [keyof TPathParams] extends [never]
  ? unknown
  : {} extends TPathParams
    ? { readonly params?: ParamValues<TPathParams, TSchema> }
    : { readonly params: ParamValues<TPathParams, TSchema> };

/** A schema reads the text of each parameter, so its input may narrow the values, for example to those of an enum. */
type ParamValues<TPathParams, TSchema> = unknown extends TSchema
  ? TPathParams
  : { readonly [K in keyof TPathParams]: string | number } & InferSchemaInput<TSchema>;

/** Files and other contents can be had as they are: a file may be JSON that does not parse, or text in any encoding. */
type RawInput<TResponses> = TResponses extends { readonly 200: infer TSchema }
  ? unknown extends InferSchemaInput<TSchema>
    ? RawOption
    : unknown
  : number extends keyof TResponses
    ? RawOption
    : unknown;

interface RawOption {
  /** Leaves the body of a success as a `ReadableStream` of its bytes, whatever its media type. */
  readonly raw?: boolean;
}

/** The value of a query parameter. A list repeats the parameter, and `undefined` leaves it out. */
export type QueryValue =
  | string
  | number
  | boolean
  | bigint
  | undefined
  | readonly (string | number | boolean | bigint)[];

type QueryInput<TSchema> = unknown extends TSchema
  ? { readonly query?: Readonly<Record<string, QueryValue>> }
  : {} extends InferSchemaInput<TSchema>
    ? { readonly query?: InferSchemaInput<TSchema> }
    : { readonly query: InferSchemaInput<TSchema> };

/** A body with a schema is sent as JSON, any other as it is. A string is never JSON. */
type BodyInputOf<TSchema, TMethod> = unknown extends TSchema
  ? TMethod extends "GET" | "HEAD"
    ? unknown
    : { readonly body?: BodyInit }
  : undefined extends InferSchemaInput<TSchema>
    ? { readonly body?: Exclude<InferSchemaInput<TSchema>, string> }
    : { readonly body: Exclude<InferSchemaInput<TSchema>, string> };

/** A response with the status, and the body that its schema describes. */
export interface ResponseOf<TStatus, TBody> {
  readonly status: TStatus;
  readonly body: TBody;
  readonly headers: Headers;
}

/**
 * One member for each declared status, and one for the problems that any route may respond with. Without declared
 * responses, the body is unknown. A response with an undeclared status, such as one from a proxy, is returned as well.
 */
type ClientResponse<TResponses> = number extends keyof TResponses
  ? ResponseOf<number, unknown>
  :
      | { [TStatus in keyof TResponses]: ResponseOf<TStatus, InferSchemaInput<TResponses[TStatus]>> }[keyof TResponses]
      | ResponseOf<Exclude<RefusalStatus, keyof TResponses>, Problem>;
