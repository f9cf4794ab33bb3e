/** The OpenAPI document as a schema of a response. */
import * as z from "zod";

export const documentBody = z
  .looseObject({ openapi: z.string().regex(/^3\.1\.\d+$/), info: z.looseObject({}), paths: z.looseObject({}) })
  .meta({ id: "OpenApiDocument", description: "An OpenAPI 3.1 document" });
