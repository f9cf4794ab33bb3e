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
  exceptions: {
    unauthenticated: {
      "POST /api/auth/register": "there is no account yet",
      "POST /api/auth/login": "the password in the body is the proof",
      "POST /api/auth/refresh": "the refresh token in the body is the proof",
      "POST /api/auth/forgot-password": "it only sends mail to the account's own address",
      "POST /api/auth/reset-password": "the token from the e-mail is the proof",
      "POST /api/auth/verify-email": "requireLinkOwner asks for a session or the password",
      "POST /login": "the password in the form is the proof",
      "POST /register": "there is no account yet",
      "POST /forgot-password": "it only sends mail to the account's own address",
      "POST /reset-password": "the token from the e-mail is the proof",
      "POST /verify-email": "requireLinkOwner asks for a session or the password",
    },
  },
  activities: [
    { name: "account", text: "An account was created", routes: ["POST /api/auth/register", "POST /register"] },
  ],
});
