/** The JSON API of sample items. */
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requirePermission } from "../../identity/guards/require-permission.ts";
import { commonLimits } from "../../identity/limits.ts";
import { group, route } from "../../web/app/scope.ts";
import { describeBody, noBody } from "../../web/contract/bodies.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { mapPage, pageQuery } from "../../web/request/paging.ts";
import { invalidInput } from "../../web/respond/problem.ts";
import { requireOwnSampleItem } from "./guards.ts";
import {
  MAX_SAMPLE_ITEM_BYTES,
  type SampleItem,
  type StoredSampleItem,
  sampleItemBody,
  sampleItemInput,
  sampleItemsBody,
} from "./schema.ts";
import { createSampleItem, deleteSampleItem, listSampleItems } from "./store.ts";

const requireRead = requirePermission("sample-items:read");
const requireWrite = requirePermission("sample-items:write");

export const api = group({
  cors: true,
  guards: [...commonLimits],
  handlers: [
    route.get("/api/sample-items", {
      summary: "List sample items, newest first",
      guards: [requireRead, requireCsrf],
      request: { query: pageQuery },
      responses: { 200: sampleItemsBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const page = await listSampleItems(locals.db, locals.user.id, input.query);
        return Response.json(mapPage(page, toPublic));
      },
    }),

    route.post("/api/sample-items", {
      summary: "Create one sample item",
      guards: [requireWrite, requireCsrf, requireJson],
      request: { body: sampleItemInput },
      responses: { 201: describeBody(sampleItemBody, { headers: { Location: "The path of the sample item." } }) },
      maxBodyBytes: MAX_SAMPLE_ITEM_BYTES,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const created = await createSampleItem(locals.db, locals.user.id, input.body);
        const headers = { Location: `/api/sample-items/${created.id}` };
        return Response.json(toPublic(created), { status: 201, headers });
      },
    }),

    route.get("/api/sample-items/:id", {
      summary: "Read one sample item",
      guards: [requireRead, requireCsrf, requireOwnSampleItem],
      responses: { 200: sampleItemBody },
      resolve: ({ locals }) => Response.json(toPublic(locals.sampleItem)),
    }),

    route.delete("/api/sample-items/:id", {
      summary: "Delete one sample item",
      guards: [requireWrite, requireCsrf, requireOwnSampleItem],
      responses: { 204: noBody },
      resolve: async ({ locals }) => {
        await deleteSampleItem(locals.db, locals.sampleItem.id);
        return new Response(null, { status: 204 });
      },
    }),
  ],
});

function toPublic({ ownerId, ...shown }: StoredSampleItem): SampleItem {
  return shown;
}
