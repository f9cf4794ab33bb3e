/** Published files under load. */
import type { FeatureLoad } from "../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [
    { kind: "read", name: "GET /static/*", status: 200, weight: 0.5, make: () => ({ path: "/static/page.css" }) },
  ],
};
