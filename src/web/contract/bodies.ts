/** Schemas of response bodies that features share. Those of a feature are in its `schema.ts`. */
import * as z from "zod";

/** A response without a body. */
export const noBody = z.undefined();

const issue = z.object({
  part: z.enum(["params", "query", "body"]),
  /** Keys from the root of the part to the invalid value. */
  path: z.array(z.string()),
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
    /** The issues of invalid input. */
    issues: z.array(issue).optional(),
  })
  .meta({ id: "Problem" });

export type Problem = z.output<typeof problemBody>;
