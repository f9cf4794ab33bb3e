/** What a file is taken for, and which files a browser may show. */
import { fileTypeFromBuffer } from "file-type/core";

/** Types that bytes do not tell, and that are harmless where they are wrong. */
const BELIEVED: ReadonlySet<string> = new Set(["text/plain", "text/csv", "text/markdown", "application/json"]);

/**
 * Types that run nothing, whoever wrote them, and that a browser shows in a sandbox. SVG, HTML, XML and PDF have
 * scripts; a sandboxed page of audio or video may not load it.
 */
const INERT: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "text/plain",
]);

/** Types that a browser renders or runs, in whatever way it comes by them. */
const ACTIVE = /html|xml|script|css|wasm|flash/;

/**
 * The media type that the bytes tell; else the one that was declared, of a few.
 *
 * @param head The first bytes.
 * @returns Without parameters; `application/octet-stream` for anything else.
 */
export async function mediaTypeOfBytes(head: Uint8Array, declared: string): Promise<string> {
  // A hostile file can break what looks at it.
  const told = await fileTypeFromBuffer(head).catch(() => undefined);
  const [type = ""] = told?.mime.split(";") ?? [];
  if (type !== "" && !ACTIVE.test(type)) return type;
  return type === "" && BELIEVED.has(declared) ? declared : "application/octet-stream";
}

/** Whether a browser may show a file of this type in a page of its own, as part of our origin. */
export function isInert(type: string): boolean {
  return INERT.has(type);
}
