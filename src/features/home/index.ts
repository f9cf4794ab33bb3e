/** The front page. */
export { home } from "./page-routes.ts";
