/** The landing page of visitors under load. */
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    {
      kind: "page",
      name: "GET /",
      status: 200,
      weight: 0.5,
      make: () => ({ path: "/", headers: { Accept: "text/html" } }),
    },
  ],
};
