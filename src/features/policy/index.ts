/** The policy of the running app as a page: the route table, explained, with a verdict for the visitor. */
import { feature } from "../../web/app/feature.ts";
import { pages } from "./page-routes.ts";

export const policy = feature({ name: "policy", routes: pages, paths: { policy: "/policy" } });
