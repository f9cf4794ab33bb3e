/** What administrators do with accounts: the JSON API, the page. */
import { offerPage } from "../../web/pages/navigation.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

offerPage({ label: "Users", path: "/admin/users", for: "admin" });

export const admin = [...api, ...pages];
