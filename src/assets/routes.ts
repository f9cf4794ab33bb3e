/** The routes of the files in `public`. */
import { createAddressLimit } from "../limits/limit-address.ts";
import { route } from "../web/app/scope.ts";
import { contentResponses, describeBody, problemBody, rawBody } from "../web/contract/bodies.ts";
import { CONTENT_REQUEST_HEADERS, ETAG } from "../web/contract/route-properties.ts";
import { isVersionedAddress } from "./manifest.ts";
import { serveAsset } from "./serve-asset.ts";

/** Requests for versioned files do not count: caches keep them for a year, and a first visit requests several. */
const limitAddress = createAddressLimit(({ url }) => isVersionedAddress(new URL(url).pathname));
const guards = [limitAddress];

const fileBody = describeBody(rawBody, {
  mediaTypes: ["*/*"],
  headers: { ...ETAG, "Accept-Ranges": "`bytes`." },
  optionalHeaders: { "Content-Encoding": "The compression, if Accept-Encoding allows one." },
});

const properties = {
  tag: "static files",
  guards,
  requestHeaders: CONTENT_REQUEST_HEADERS,
  responses: {
    ...contentResponses(fileBody),
    404: describeBody(problemBody, { description: "There is no such file." }),
  },
};

export const routes = [
  route.get("/static/*", {
    ...properties,
    summary: "Read a static file",
    cors: true,
    resolve: (c) => serveAsset(c, c.params["*"]),
  }),
  route.get("/favicon.ico", { ...properties, summary: "Read the icon", resolve: (c) => serveAsset(c, "favicon.ico") }),
  route.get("/robots.txt", {
    ...properties,
    summary: "Read the rules for crawlers",
    resolve: (c) => serveAsset(c, "robots.txt"),
  }),
];
