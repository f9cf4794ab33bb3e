/** The style guide: every component in every state, on a page that exists only in development. */
import { feature } from "../../web/app/feature.ts";
import { pages } from "./page-routes.ts";

export const styleguide = feature({ name: "styleguide", routes: pages, paths: { styleguide: "/styleguide" } });
