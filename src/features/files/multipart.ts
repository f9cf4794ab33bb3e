/** Reads `multipart/form-data` as a stream (RFC 7578, RFC 2046 §5.1), without buffering whole parts. */
import { Buffer } from "node:buffer";
import { BodyError, type Chunks } from "./body.ts";
import { type Parameterized, parseParameters } from "./header-parameters.ts";
import { createScanner } from "./multipart-scanner.ts";

/** A field or a file of a form. */
export interface FormPart {
  /** The name of the field; empty if the client gives none. */
  readonly name: string;
  /** Undefined for a field that is not a file; empty for a file input without a chosen file. */
  readonly filename: string | undefined;
  /** The declared media type, in lower case and without parameters; may be empty. */
  readonly type: string;
  /** Must be read before the next part is requested, which skips the rest. */
  readonly body: Chunks;
}

const MAX_HEADER_BYTES = 8 * 1024;
const CRLF = "\r\n";

/**
 * Yields the parts of a form in order.
 *
 * @throws {BodyError} 400 for a form that is malformed or ends early; 413 for too many parts or too long a part header;
 * 415 for a part that is encoded or has parts of its own.
 */
export async function* readParts(
  request: Request,
  body: Chunks,
  maxParts: number,
): AsyncGenerator<FormPart, void, undefined> {
  const delimiter = `${CRLF}--${boundaryOf(request)}`;
  // The first delimiter stands at the very beginning, or after a preamble and a line end.
  const scanner = createScanner(body, CRLF);
  try {
    await drain(scanner.until(delimiter));
    for (let count = 1; !(await scanner.startsWith("--")); count++) {
      if (count > maxParts) throw new BodyError(413, `The form must not have more than ${maxParts} parts.`);
      const header = await collectHeader(scanner.until(CRLF + CRLF));
      const content = scanner.until(delimiter);
      // The iterator has no `return`, so a consumer that stops early leaves the rest to `drain`.
      yield { ...readHeader(header), body: { [Symbol.asyncIterator]: () => ({ next: () => content.next() }) } };
      await drain(content);
    }
    if (!/^--[ \t]*$/.test(await collectHeader(scanner.until(CRLF, true)))) throw malformed();
    await scanner.skipRest();
  } finally {
    await scanner.close();
  }
}

function boundaryOf(request: Request): string {
  const boundary = parseParameters(request.headers.get("Content-Type") ?? "")?.parameters.get("boundary") ?? "";
  // RFC 2046 §5.1.1: 1 to 70 characters of these, and no space at the end.
  if (!/^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/.test(boundary))
    throw new BodyError(400, "The Content-Type has no valid boundary (RFC 2046 §5.1.1).");
  return boundary;
}

async function drain(chunks: Chunks): Promise<void> {
  for await (const _ of chunks);
}

async function collectHeader(chunks: Chunks): Promise<string> {
  const collected: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > MAX_HEADER_BYTES)
      throw new BodyError(413, `The header of a part must not exceed ${MAX_HEADER_BYTES} bytes.`);
    collected.push(chunk);
  }
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Buffer.concat(collected));
  } catch (cause) {
    throw new BodyError(400, "The header of a part is not valid UTF-8.", { cause });
  }
}

/** @param header The text between a boundary and the empty line: the rest of the boundary's line, then fields. */
function readHeader(header: string): Omit<FormPart, "body"> {
  const [padding = "", ...lines] = header.split(CRLF);
  const fields = new Map(lines.map(readField));
  const disposition = parseParameters(fields.get("content-disposition") ?? "");
  if (/[^ \t]/.test(padding) || fields.size < lines.length || disposition?.value !== "form-data") throw malformed();
  const contentType = fields.get("content-type") ?? "";
  const type = parseParameters(contentType)?.value ?? contentType.toLowerCase();
  const [name, filename] = [unescaped(disposition.parameters.get("name") ?? ""), filenameOf(disposition)];
  requireIdentity(fields.get("content-transfer-encoding") ?? "");
  if (filename === undefined && type.startsWith("multipart/")) throw nested(name, type);
  return { name, filename, type };
}

function readField(line: string): [name: string, value: string] {
  const [, name, value] = /^([!#$%&'*+.^`|~\w-]+):([^\0\r\n]*)$/.exec(line) ?? [];
  if (name === undefined || value === undefined) throw malformed();
  return [name.toLowerCase(), value.trim()];
}

/** The values that change no bytes (RFC 2045 §6.2). */
const IDENTITY = /^(?:|7bit|8bit|binary)$/i;

function requireIdentity(encoding: string): void {
  if (IDENTITY.test(encoding)) return;
  const detail = `The Content-Transfer-Encoding "${encoding}" of a part is not supported. Send the bytes unencoded.`;
  throw new BodyError(415, detail);
}

/** RFC 7578 §4.3 deprecates this way to send several files. A file of such a type, as of a saved page, has a name. */
function nested(name: string, type: string): BodyError {
  const detail = `The field "${name}" has parts of its own (${type}). Send each file as a part of the form itself.`;
  return new BodyError(415, detail);
}

function malformed(): BodyError {
  return new BodyError(400, "The header of a part is malformed.");
}

/** Browsers escape these three characters (HTML, "multipart/form-data encoding algorithm"). */
function unescaped(text: string): string {
  return text.replace(/%22|%0D|%0A/gi, decodeURIComponent);
}

/** Some clients send `filename*` (RFC 8187). */
function filenameOf({ parameters }: Parameterized): string | undefined {
  const [plain, extended] = [parameters.get("filename"), parameters.get("filename*")];
  if (extended === undefined) return plain === undefined ? undefined : unescaped(plain);
  try {
    return decodeURIComponent(/^UTF-8'[^']*'([^']*)$/i.exec(extended)?.[1] ?? "%");
  } catch {
    throw malformed();
  }
}
