/** Health checks of the Worker and its dependencies. */
import { feature } from "../../web/app/feature.ts";
import { routes } from "./api-routes.ts";

export const health = feature({
  name: "health",
  routes,
  exceptions: { unlimited: { "GET /health": "it responds from memory and does not access storage" } },
});
