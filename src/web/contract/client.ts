/** A typed client of the API, for browsers, Node and Workers. */
import type { Operation } from "../../http/index.ts";
import { buildPath, buildQuery } from "./client-path.ts";
import type { Client } from "./client-types.ts";
import { type ReadResponse, readResponse } from "./read-response.ts";

export { ResponseError } from "./read-response.ts";

export interface ClientOptions {
  /** Sent with every request. */
  readonly headers?: HeadersInit;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
}

/** The input of a call. The types of `Client` have checked it. */
interface AnyInput {
  readonly params?: object;
  readonly query?: object;
  readonly body?: unknown;
  readonly raw?: boolean;
  readonly headers?: HeadersInit;
  readonly signal?: AbortSignal;
}

const KEY = /^([A-Z]+) (\/.*)$/;

const BOOKMARK_HEADER = "X-D1-Bookmark";
const BOOKMARK = /^[\da-f]{8}-[\da-f]{8}-[\da-f]{8}-[\da-f]{32}$/;

/**
 * Creates a client: an object with a function for each route of `TApi`.
 *
 * A response of any status is returned, not thrown, redirects included: the client does not follow them. A browser
 * hides redirects from scripts, so there they throw a `ResponseError`. JSON bodies are parsed, other text is a string, and
 * any other body, such as a file or a stream of events, is a `ReadableStream`. For a route whose body has no schema,
 * `raw: true` leaves text and JSON a stream, too: a file arrives byte for byte. The client remembers the newest database
 * bookmark of its responses and sends it with later requests, so that it reads its own writes.
 *
 * @param baseUrl The absolute URL of the app, such as `location.origin`.
 * @throws TypeError if the URL is not absolute, or if it has credentials, a query or a fragment.
 *
 * @example
 * const api = client<Api>("https://example.com");
 * const response = await api["GET /api/notes/:id"]({ params: { id } });
 * if (response.status === 200) console.log(response.body.title);
 */
export function client<TApi extends Operation>(baseUrl: string, options: ClientOptions = {}): Client<TApi> {
  const base = parseBase(baseUrl);
  const common = new Headers(options.headers);
  const { fetch: send = (url, init) => fetch(url, init) } = options;
  let bookmark = "";

  const call = async (key: string, method: string, pattern: string, input: AnyInput = {}): Promise<ReadResponse> => {
    const url = base + buildPath(key, pattern, input.params) + buildQuery(key, input.query);
    const headers = new Headers(common);
    if (bookmark !== "") headers.set(BOOKMARK_HEADER, bookmark);
    for (const [name, value] of new Headers(input.headers)) headers.set(name, value);
    const { signal } = input;
    const response = await send(url, {
      method,
      headers,
      redirect: "manual",
      ...bodyInit(input.body, headers),
      ...(signal && { signal }),
    });
    bookmark = newerBookmark(bookmark, response.headers.get(BOOKMARK_HEADER) ?? "");
    return readResponse(key, response, input.raw);
  };

  const read = (_: object, key: string | symbol) => {
    // `await` looks for `then` on every object, and `JSON.stringify` for `toJSON`.
    if (typeof key === "symbol" || key === "then" || key === "toJSON") return undefined;
    const [, method, pattern] = KEY.exec(key) ?? [];
    if (method !== undefined && pattern !== undefined) return (input?: AnyInput) => call(key, method, pattern, input);
    throw new TypeError(`The client has no "${key}". Write a method and a path, such as "GET /api/notes/:id".`);
  };
  return new Proxy({}, { get: read }) as Client<TApi>;
}

/** @returns The URL without a slash at its end. */
function parseBase(baseUrl: string): string {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  // An href also has a `?` or `#` that nothing follows, and credentials, which `fetch` refuses.
  if (!url || !/^https?:$/.test(url.protocol) || url.href !== url.origin + url.pathname)
    throw new TypeError(`The base URL is "${baseUrl}". Write one such as "https://example.com".`);
  return url.href.replace(/\/+$/, "");
}

/** Sets the content type of a JSON body, unless the headers have one. Other bodies name their type themselves. */
function bodyInit(body: unknown, headers: Headers): RequestInit {
  if (body === undefined) return {};
  // A stream may only be sent in half-duplex mode. The types of Workers do not know the option.
  if (body instanceof ReadableStream) return Object.assign({ body }, { duplex: "half" });
  if (isBodyInit(body)) return { body };
  if (!headers.has("Content-Type")) headers.set("Content-Type", "application/json");
  return { body: JSON.stringify(body) };
}

function isBodyInit(body: unknown): body is BodyInit {
  return (
    typeof body === "string" ||
    ArrayBuffer.isView(body) ||
    [Blob, FormData, URLSearchParams, ArrayBuffer].some((type) => body instanceof type)
  );
}

/** Returns the newer of two bookmarks, which sort by age. Responses may arrive out of order. */
function newerBookmark(known: string, received: string): string {
  return BOOKMARK.test(received) && received > known ? received : known;
}
