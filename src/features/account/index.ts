/** One's own account: its JSON API, its page. */
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

export const account = [...api, ...pages];
