/** Schemas of response bodies that features share. Those of a feature are in its `schema.ts`. */
import * as z from "zod";

/** A response without a body. */
export const noBody = z.undefined();

/** A body that clients read themselves, such as bytes or events. `describeBody` names its media type. */
export const rawBody = z.unknown();

const issue = z.object({
  part: z.enum(["params", "query", "body"]),
  path: z.array(z.string()).describe("Keys from the root of the part to the invalid value."),
  message: z.string(),
  code: z.string().optional(),
});

/** Problem details (RFC 9457), the body of error responses. Some types of problems have further members. */
export const problemBody = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    requestId: z.string().optional(),
    issues: z
      .array(issue)
      .optional()
      .describe("One entry for each invalid value. Present only if the input is invalid."),
  })
  .meta({ id: "Problem" });

export type Problem = z.output<typeof problemBody>;

/** The schema of a page of a list: its items, and the cursors of its neighbours. */
export function pageOf<TItem extends z.ZodType>(item: TItem) {
  const nextCursor = z.string().nullable().describe("The `cursor` of the next page; null on the last page.");
  const previousCursor = z.string().nullable().describe("The `cursor` of the previous page; null on the first page.");
  return z.object({ items: z.array(item), nextCursor, previousCursor });
}

/** Facts about a response that its schema does not state. */
export interface BodyDescription {
  /** The meaning of the response, in one sentence. */
  readonly description?: string;
  /** Default: `application/json`; for `problemBody`, `application/problem+json`; for `noBody`, none. May be a range. */
  readonly mediaTypes?: readonly string[];
  /** The headers that each of these responses has, with an explanation of each header. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The headers that only some of these responses have. */
  readonly optionalHeaders?: Readonly<Record<string, string>>;
}

interface DescribedBody extends BodyDescription {
  readonly schema: z.ZodType;
}

const descriptions = new WeakMap<z.ZodType, DescribedBody>();

/**
 * Describes a response. The same body may be described differently for each status.
 *
 * @returns A schema of the same type, for the `responses` of a route.
 *
 * @example
 * responses: { 201: describeBody(noteBody, { headers: { Location: "The path of the note." } }) }
 */
export function describeBody<TSchema extends z.ZodType>(schema: TSchema, description: BodyDescription): TSchema {
  const described = schema.clone();
  descriptions.set(described, { ...description, schema });
  return described;
}

/**
 * The responses of `serveContent`.
 *
 * @param content The body, with its headers.
 */
export function contentResponses<TSchema extends z.ZodType>(content: TSchema) {
  const { headers = {}, ...description } = bodyDescriptionOf(content);
  const { ETag = "The version of the content." } = headers;
  const range = { "Content-Range": "The bytes of the response, and the size of the content." };
  return {
    200: content,
    206: describeBody(content, { ...description, description: "A range of bytes.", headers: { ...headers, ...range } }),
    304: describeBody(noBody, { description: "The client has this version.", headers: { ETag } }),
    404: describeBody(problemBody, { description: "The content has just been deleted." }),
    412: describeBody(problemBody, { description: "The version does not match the preconditions." }),
    416: describeBody(problemBody, {
      description: "The range is not satisfiable.",
      headers: { "Content-Range": "The size of the content." },
    }),
  };
}

/** @returns The description given to `describeBody`, with the original schema. */
export function bodyDescriptionOf(schema: z.ZodType): DescribedBody {
  return descriptions.get(schema) ?? { schema };
}
