/** Reads the body of a response by its media type. */

/** A response as the client returns it, before `Client` types its body. */
export interface ReadResponse {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Headers;
}

/** A response that the client cannot read: JSON that does not parse, or a redirect that the browser hides. */
export class ResponseError extends Error {
  /** The status of the response; 0 if the browser hides it. */
  readonly status: number;

  constructor(message: string, status: number, cause?: unknown) {
    super(message, { cause });
    this.name = "ResponseError";
    this.status = status;
  }
}

/**
 * Reads a response. JSON is parsed, and other text is a string. Any other body stays a stream, as do server-sent events,
 * which may never end. A missing body is undefined.
 *
 * @param key The method and path of the route, for errors.
 * @param isRaw Whether the body of a success stays a stream, whatever its media type.
 * @throws ResponseError
 */
export async function readResponse(key: string, response: Response, isRaw = false): Promise<ReadResponse> {
  const { status, headers } = response;
  // The types of Workers do not know this type of response.
  if (String(response.type) === "opaqueredirect")
    throw new ResponseError(`${key} responded with a redirect, which the browser hides.`, status);
  const body = isRaw && response.ok ? (response.body ?? undefined) : await readBody(key, response);
  return { status, body, headers };
}

async function readBody(key: string, response: Response): Promise<unknown> {
  const { status, headers, body } = response;
  const mediaType = headers.get("Content-Type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (!body || key.startsWith("HEAD ")) return undefined;
  if (mediaType === "application/json" || mediaType.endsWith("+json")) {
    const text = await response.text();
    if (text === "") return undefined;
    try {
      return JSON.parse(text);
    } catch (cause) {
      throw new ResponseError(
        `${key} responded with ${status} and invalid JSON (${text.length} characters).`,
        status,
        cause,
      );
    }
  }
  if (mediaType.startsWith("text/") && mediaType !== "text/event-stream") return response.text();
  if (mediaType !== "") return body;
  // Over a network, a response without a body may still have an empty stream.
  const bytes = await response.arrayBuffer();
  return bytes.byteLength === 0 ? undefined : new Response(bytes).body;
}
