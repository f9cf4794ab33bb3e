/** The account under load. */
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "read",
      name: "GET /api/me",
      status: 200,
      weight: 2,
      make: ({ bearer }) => ({ path: "/api/me", headers: bearer }),
    },
    {
      kind: "read",
      name: "GET /api/me/sessions",
      status: 200,
      weight: 0.3,
      make: ({ bearer }) => ({ path: "/api/me/sessions", headers: bearer }),
    },
    {
      kind: "page",
      name: "GET /account",
      status: 200,
      make: ({ browser }) => ({ path: "/account", headers: browser }),
    },
  ],
};
