/** The properties of a route that describe it to clients. */

declare module "../../http/index.ts" {
  interface RouteProperties {
    /** What the route does, in a few words, such as `Create a note`. */
    readonly summary?: string;
    /** The subject by which descriptions group routes. `assemble` sets it to the name of the feature. */
    readonly tag?: string;
    /** The request headers that the handler reads, with an explanation of each. Guards state their own. */
    readonly requestHeaders?: Readonly<Record<string, string>>;
    /** The media types of a body that the handler reads itself. Guards state their own. */
    readonly mediaTypes?: readonly string[];
  }
}

/** The request headers of a resource with an entity tag. */
export const IF_NONE_MATCH = { "If-None-Match": "Entity tags that the client has. A matching one gives 304." };

/** The request header of a change that must not overwrite a newer version. */
export const IF_MATCH = { "If-Match": "The entity tag that the change is based on. Another version gives 412." };

/** The response header of a resource with a version. */
export const ETAG = { ETag: "The version of the resource, for If-Match and If-None-Match." };

/** The request headers that `serveContent` reads. */
export const CONTENT_REQUEST_HEADERS = {
  ...IF_NONE_MATCH,
  "If-Modified-Since": "The time of the version that the client has. 304 if there is no newer one.",
  "If-Match": "Entity tags. Another version gives 412.",
  "If-Unmodified-Since": "A time. A newer version gives 412.",
  Range: "A range of bytes, such as `bytes=0-99`.",
  "If-Range": "The version of which the range must be. Another one is sent whole.",
};
