/** Health: whether the Worker responds, and whether its dependencies do. */
import { feature } from "../../web/app/feature.ts";
import { routes } from "./api-routes.ts";

export const health = feature({ name: "health", routes });
