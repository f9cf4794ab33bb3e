/** Health checks under load. */
import type { FeatureLoad } from "../../bench/load/types.ts";

export const load: FeatureLoad = {
  requests: [{ kind: "read", name: "GET /health", status: 200, weight: 0.2, make: () => ({ path: "/health" }) }],
};
