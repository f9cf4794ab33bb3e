/** The user's sample items: the JSON API and the page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";
import { sampleItemsOfUsers } from "./store.ts";

export const sampleItems = feature({
  name: "sample-items",
  routes: [...api, ...pages],
  erasures: [sampleItemsOfUsers],
  page: { label: "Sample items", path: "/sample-items", for: "user" },
});
