/** Where the files of `public` are. */
import { READ, route } from "../web/scope.ts";
import { serveAsset } from "./serve-asset.ts";

export const assets = [
  route.on(READ, "/static/*", { resolve: (c) => serveAsset(c, c.params["*"]) }),
  route.on(READ, "/favicon.ico", { resolve: (c) => serveAsset(c, "favicon.ico") }),
  route.on(READ, "/robots.txt", { resolve: (c) => serveAsset(c, "robots.txt") }),
];
