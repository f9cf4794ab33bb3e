/** The OpenAPI document. */
import { commonLimits } from "../../identity/limits.ts";
import { group, route } from "../../web/app/scope.ts";
import { describeApi } from "../../web/contract/openapi.ts";
import { documentBody } from "./schema.ts";

export const api = group({
  cors: true,
  guards: [...commonLimits],
  handlers: [
    route.get("/openapi.json", {
      summary: "Describe this API",
      responses: { 200: documentBody },
      resolve: ({ locals }) => Response.json(describeApi(locals.app)),
    }),
  ],
});
