/** The bytes of a request's body, and the headers that mark it as encoded or partial. */

import { readChunks } from "../../http/index.ts";

/** A reason to refuse a body, whatever its bytes are. */
export interface BodyFault {
  readonly status: 400 | 415;
  readonly detail: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Checks whether a body is encoded or only a part: with a `Content-Encoding` other than `identity` (RFC 9110 §15.5.16),
 * or with a `Content-Range` (§14.5). Neither Workers nor this app decodes or assembles request bodies.
 *
 * @returns Undefined for a body that is the content itself.
 */
export function findBodyFault({ headers }: Request): BodyFault | undefined {
  const coding = headers.get("Content-Encoding") ?? "";
  if (/[^\s,]/.test(coding.replace(/\bidentity\b/gi, ""))) {
    const detail = `The Content-Encoding "${coding}" is not supported. Send the body without a Content-Encoding.`;
    return { status: 415, detail, headers: { "Accept-Encoding": "identity" } };
  }
  if (!headers.has("Content-Range")) return undefined;
  return { status: 400, detail: "Partial bodies are not supported. Send the whole body, without a Content-Range." };
}

/**
 * The chunks of a request's body. Reading rejects with a BodyTimeoutError if the client stops sending.
 *
 * @throws If the body is encoded or only a part: the route lacks `requireWholeBody` or a guard that does the same.
 */
export function bodyOf(request: Request): AsyncIterable<Uint8Array> | readonly Uint8Array[] {
  const fault = findBodyFault(request);
  if (fault) throw new Error(`The route lacks requireWholeBody. ${fault.detail}`);
  return request.body ? readChunks(request.body) : [];
}
