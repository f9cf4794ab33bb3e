/** Administration of users: the JSON API and the page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

export const admin = feature({
  name: "admin",
  routes: [...api, ...pages],
  page: { label: "Users", path: "/admin/users", for: "admin" },
});
