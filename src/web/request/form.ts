/** Reads HTML forms. */
import { bodyOf } from "./whole-body.ts";

/** The values of a form by field name; the last value of a repeated field. Without a prototype. */
export type FormFields = Readonly<Record<string, string | undefined>>;

/**
 * Reads an `application/x-www-form-urlencoded` body. Counts the bytes that arrive and ignores `Content-Length`.
 *
 * @returns Undefined for a body of more than `maxBytes`, the rest of which is cancelled.
 */
export async function readForm(request: Request, maxBytes: number): Promise<FormFields | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let size = 0;
  for await (const chunk of bodyOf(request)) {
    size += chunk.byteLength;
    if (size > maxBytes) return undefined;
    text += decoder.decode(chunk, { stream: true });
  }
  const fields = new URLSearchParams(text + decoder.decode());
  return Object.assign(Object.create(null), Object.fromEntries(fields));
}
