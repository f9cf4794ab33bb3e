/** The routes of the files in `public`. */
import { createAddressLimit } from "../limits/limit-address.ts";
import { route } from "../web/app/scope.ts";
import { isVersionedAddress } from "./manifest.ts";
import { serveAsset } from "./serve-asset.ts";

/** Requests for versioned files do not count: caches keep them for a year, and a first visit requests several. */
const limitAddress = createAddressLimit(({ url }) => isVersionedAddress(new URL(url).pathname));
const guards = [limitAddress];

export const routes = [
  route.get("/static/*", { cors: true, guards, resolve: (c) => serveAsset(c, c.params["*"]) }),
  route.get("/favicon.ico", { guards, resolve: (c) => serveAsset(c, "favicon.ico") }),
  route.get("/robots.txt", { guards, resolve: (c) => serveAsset(c, "robots.txt") }),
];
