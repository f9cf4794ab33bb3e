/** What a file is taken for, and which files a browser may show. */
import { fileTypeFromBuffer } from "file-type/core";

/** Types that bytes do not tell, and that are harmless where they are wrong, by the ends of names. */
const BELIEVED: ReadonlyMap<string, string> = new Map([
  ["txt", "text/plain"],
  ["csv", "text/csv"],
  ["md", "text/markdown"],
  ["json", "application/json"],
]);

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

const UNKNOWN = "application/octet-stream";

/** Types that a browser renders or runs, in whatever way it comes by them. */
const ACTIVE = /html|xml|script|css|wasm|flash/;

/**
 * The media type that the bytes tell; else the one that was declared, of a few.
 *
 * @param head The first bytes.
 * @returns Without parameters; `application/octet-stream` for anything else.
 */
export async function mediaTypeOfBytes(head: Uint8Array, declared: string): Promise<string> {
  const told = await toldBy(head);
  if (told === undefined) return [...BELIEVED.values()].find((type) => type === declared) ?? UNKNOWN;
  return ACTIVE.test(told) ? UNKNOWN : told;
}

/** What a file is declared to be whose sender says nothing: by the end of its name, of the same few. */
export function mediaTypeOfName(name: string): string {
  return BELIEVED.get(name.split(".").at(-1)?.toLowerCase() ?? "") ?? "";
}

async function toldBy(head: Uint8Array): Promise<string | undefined> {
  // The byte order mark of UTF-16, which file-type takes for a frame of MP3.
  if (head[0] === 0xff && head[1] === 0xfe) return undefined;
  // A hostile file can break what looks at it.
  const told = await fileTypeFromBuffer(head).catch(() => undefined);
  return told?.mime.split(";", 1)[0];
}

/** Whether the type says nothing. */
export function isUnknown(type: string): boolean {
  return type === UNKNOWN;
}

/** Whether a browser may show a file of this type instead of saving it. */
export function isInert(type: string): boolean {
  return INERT.has(type);
}

/** Bytes that a page may load to show an image at the size of a stamp. */
const MAX_PREVIEW_BYTES = 5 * 1024 * 1024;

/** Whether a list shows an image of this type and size. */
export function isPreviewed(type: string, size: number): boolean {
  return isInert(type) && type.startsWith("image/") && size <= MAX_PREVIEW_BYTES;
}
