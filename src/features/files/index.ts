/** Files of one's own: the JSON API, downloads, the page. */
import { offerPage } from "../../web/pages/navigation.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

offerPage({ label: "Files", path: "/files", for: "user" });

export const files = [...api, ...pages];
