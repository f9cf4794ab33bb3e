/** Health: whether the Worker and its dependencies respond. */
export { health } from "./api-routes.ts";
