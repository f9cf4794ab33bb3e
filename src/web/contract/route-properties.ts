/** The properties of a route that describe it to clients. */

declare module "../../http/index.ts" {
  interface RouteProperties {
    /** The purpose of the route in a few words, such as `Create a note`. */
    readonly summary?: string;
    /** The group of the route in the OpenAPI document. Default: the name of the feature. */
    readonly tag?: string;
    /** The request headers that the handler reads, with an explanation of each. Guards state their own. */
    readonly requestHeaders?: Readonly<Record<string, string>>;
    /** The media types of a body that the handler reads itself. Guards state their own. */
    readonly mediaTypes?: readonly string[];
  }
}

/** The request headers of a resource with an entity tag. */
export const IF_NONE_MATCH = { "If-None-Match": "Entity tags of the versions that the client has. A match gives 304." };

/** The request header of a change that must not overwrite a newer version. */
export const IF_MATCH = {
  "If-Match": "The entity tag, strong or weak, that the change is based on. Any other version gives 412.",
};

/** The response header of a resource with a version. */
export const ETAG = { ETag: "The version of the resource, for If-Match and If-None-Match." };

/** The request headers that `serveContent` reads. */
export const CONTENT_REQUEST_HEADERS = {
  ...IF_NONE_MATCH,
  "If-Modified-Since": "The time of the version that the client has. Without a newer version, the response is 304.",
  "If-Match": "Entity tags of accepted versions. Any other version gives 412.",
  "If-Unmodified-Since": "A time. A version newer than this gives 412.",
  Range: "A range of bytes, such as `bytes=0-99`.",
  "If-Range": "The version that the client has a part of. If it is not current, the whole content is sent.",
};
