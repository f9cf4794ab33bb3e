/** The signed-in user's account: the JSON API and the page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

export const account = feature({
  name: "account",
  routes: [...api, ...pages],
  paths: { account: "/account", confirmPassword: "/account/confirm-password" },
});
