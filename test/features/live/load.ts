/** The page of this feature under load. */
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "page",
      name: "GET /live",
      status: 200,
      weight: 0.5,
      make: ({ browser }) => ({ path: "/live", headers: browser }),
    },
  ],
};
