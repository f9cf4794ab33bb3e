/** What administrators do with accounts: the JSON API, the page. */
import { offerPage } from "../../web/navigation.ts";
import { api } from "./api.ts";
import { pages } from "./page-routes.ts";

offerPage({ label: "Users", path: "/admin/users", for: "admin" });

export const admin = [...api, ...pages];
