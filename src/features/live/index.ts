/** The live feed: what the app is doing, as server-sent events, over a socket and as a page. */
import { offerPage } from "../../web/pages/navigation.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

offerPage({ label: "Live", path: "/live", for: "anyone" });

export const live = [...api, ...pages];
