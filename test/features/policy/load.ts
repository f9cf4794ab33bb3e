/** The page of this feature under load. In production, only administrators can open it. */
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "page",
      name: "GET /policy",
      status: 200,
      weight: 0.2,
      isForAdmin: true,
      make: ({ browser }) => ({ path: "/policy", headers: browser }),
    },
  ],
};
