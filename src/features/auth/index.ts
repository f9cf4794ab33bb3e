/** Registration, sign-in, sign-out and mailed links: the JSON API and the pages. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { linkPages } from "./link-page-routes.ts";
import { pages } from "./page-routes.ts";

export const auth = feature({
  name: "auth",
  routes: [...api, ...pages, ...linkPages],
  paths: {
    signIn: "/login",
    register: "/register",
    signOut: "/logout",
    verifyEmail: "/verify-email",
    resetPassword: "/reset-password",
    outbox: "/outbox",
  },
  activities: [
    { name: "account", text: "An account was created", routes: ["POST /api/auth/register", "POST /register"] },
  ],
});
