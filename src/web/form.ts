/** Reads HTML forms. */

/**
 * Reads an `application/x-www-form-urlencoded` body. The bytes that arrive are counted, whatever
 * `Content-Length` claims.
 *
 * @param maxBytes The most bytes to take; one more, and the rest is cancelled.
 * @returns The fields, the last where a name is repeated; undefined where there are more bytes.
 */
export async function readForm(request: Request, maxBytes: number): Promise<Record<string, string> | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  return Object.fromEntries(new URLSearchParams(text + decoder.decode()));
}
