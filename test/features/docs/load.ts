/** The page of this feature under load. */
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "page",
      name: "GET /docs",
      status: 200,
      weight: 0.3,
      make: ({ browser }) => ({ path: "/docs", headers: browser }),
    },
  ],
};
