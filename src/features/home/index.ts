/** The front page. */
import { feature } from "../../web/app/feature.ts";
import { pages } from "./page-routes.ts";

export const home = feature({ name: "home", routes: pages, paths: { home: "/" } });
