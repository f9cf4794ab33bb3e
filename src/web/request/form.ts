/** Reads HTML forms. */

/** What a form says, by the names of its fields; the last value where a name is repeated. No prototype. */
export type FormFields = Readonly<Record<string, string | undefined>>;

/**
 * Reads an `application/x-www-form-urlencoded` body. The bytes that arrive are counted, whatever
 * `Content-Length` claims.
 *
 * @param maxBytes The most bytes to take; one more, and the rest is cancelled.
 * @returns Undefined where there are more bytes.
 */
export async function readForm(request: Request, maxBytes: number): Promise<FormFields | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  const fields = new URLSearchParams(text + decoder.decode());
  return Object.assign(Object.create(null), Object.fromEntries(fields));
}
