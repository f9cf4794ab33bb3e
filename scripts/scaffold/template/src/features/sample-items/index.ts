/** Sample items: what each user keeps under a title, by the API and on a page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { pages } from "./page-routes.ts";

export const sampleItems = feature({
  name: "sample-items",
  routes: [...api, ...pages],
  page: { label: "Sample items", path: "/sample-items", for: "user" },
});
