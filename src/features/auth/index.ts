/** Signing in and out, registering, and the links that are mailed: the JSON API and the pages. */
import { api } from "./api-routes.ts";
import { linkPages } from "./link-page-routes.ts";
import { pages } from "./page-routes.ts";

export const auth = [...api, ...pages, ...linkPages];
