/** The live feed of metrics and activities: as server-sent events, over a WebSocket and as a page. */
import { feature } from "../../web/app/feature.ts";
import { api } from "./api-routes.ts";
import { checkFeed } from "./feed-stub.ts";
import { pages } from "./page-routes.ts";
import { reportResponse } from "./report-responses.ts";

export const live = feature({
  name: "live",
  routes: [...api, ...pages],
  page: { label: "Live", path: "/live", for: "anyone" },
  checks: { live: checkFeed },
  onSend: reportResponse,
});
