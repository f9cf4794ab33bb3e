/** The administration of users under load. */
import { randomInt } from "node:crypto";
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "search",
      name: "GET /api/admin/users?q=",
      status: 200,
      isForAdmin: true,
      make: ({ bearer }) => ({ path: `/api/admin/users?q=User+${randomInt(200)}`, headers: bearer }),
    },
    {
      kind: "page",
      name: "GET /admin/users",
      status: 200,
      weight: 0.5,
      isForAdmin: true,
      make: ({ browser }) => ({ path: "/admin/users", headers: browser }),
    },
    {
      kind: "denied",
      name: "GET /api/admin/users without the role",
      status: 403,
      make: ({ isAdmin, bearer }) => (isAdmin ? undefined : { path: "/api/admin/users", headers: bearer }),
    },
  ],
};
