/** Sample items under load. */
import { randomUUID } from "node:crypto";
import { keep, pick } from "../../bench/load/accounts.ts";
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "read",
      name: "GET /api/sample-items",
      status: 200,
      make: ({ bearer }) => ({ path: "/api/sample-items", headers: bearer }),
    },
    {
      kind: "read",
      name: "GET /api/sample-items/:id",
      status: 200,
      make: (account) => {
        const created = pick(account, "sample-items");
        return created && { path: `/api/sample-items/${created.id}`, headers: account.bearer };
      },
    },
    {
      kind: "write",
      name: "POST /api/sample-items",
      status: 201,
      make: (account) => {
        const title = randomUUID();
        return {
          method: "POST",
          path: "/api/sample-items",
          headers: { ...account.bearer, "Content-Type": "application/json" },
          body: JSON.stringify({ title }),
          onResponse: ({ body }) => {
            const { id }: { readonly id: string } = JSON.parse(body.toString());
            keep(account, "sample-items", { id });
            return { path: `/api/sample-items/${id}`, status: 200, text: title };
          },
        };
      },
    },
    {
      kind: "page",
      name: "GET /sample-items",
      status: 200,
      make: ({ browser }) => ({ path: "/sample-items", headers: browser }),
    },
  ],
};
