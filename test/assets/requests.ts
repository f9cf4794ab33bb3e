import { env } from "cloudflare:test";
import { publish } from "../../scripts/assets.ts";
import type { RouteRequests } from "../route-requests.ts";
import { site, text } from "./assets.ts";

/** A stylesheet, an icon and the rules for crawlers. */
export const PUBLISHED = { "css/style.css": text("style"), "favicon.ico": text("icon"), "robots.txt": text("robots") };

const read = (path: string) => async () => {
  await publish(site(PUBLISHED), env);
  return { path, status: 200 };
};

export const requests: RouteRequests = {
  "GET /static/*": read("/static/css/style.css"),
  "GET /favicon.ico": read("/favicon.ico"),
  "GET /robots.txt": read("/robots.txt"),
};
