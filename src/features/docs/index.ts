/** The description of the API: as an OpenAPI document, and as a page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

export const docs = feature({ name: "docs", routes: [...api, ...pages], paths: { docs: "/docs" } });
