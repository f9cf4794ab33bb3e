/** Detects media types, and decides which of them a browser may show. */
import { fileTypeFromBuffer } from "file-type/core";

/** Types that bytes do not reveal, by file extension. They are harmless if a client declares them falsely. */
const DECLARABLE: ReadonlyMap<string, string> = new Map([
  ["txt", "text/plain"],
  ["csv", "text/csv"],
  ["md", "text/markdown"],
  ["json", "application/json"],
]);

/**
 * Types that run nothing and that browsers show in a sandbox. SVG, HTML, XML and PDF may contain scripts; a sandboxed
 * document of audio or video cannot load its own bytes.
 */
const INERT: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/gif",
  "image/webp",
  "image/avif",
  "text/plain",
]);

export const UNKNOWN = "application/octet-stream";

const ACTIVE = /html|xml|script|css|wasm|flash/;

/**
 * The media type that the bytes reveal.
 *
 * @param head The first bytes.
 * @returns A type without parameters; `application/octet-stream` for a type that a browser may run. Undefined if the
 * bytes reveal nothing.
 */
export async function mediaTypeOfBytes(head: Uint8Array): Promise<string | undefined> {
  const detected = await detectType(head);
  return detected !== undefined && isActive(detected) ? UNKNOWN : detected;
}

/** Whether a browser may render or run content of this type. */
export function isActive(type: string): boolean {
  return ACTIVE.test(type);
}

/** Whether a client may declare this type, provided that the bytes do not contradict it. */
export function isDeclarable(type: string): boolean {
  return [...DECLARABLE.values()].includes(type);
}

/** The type that the extension of a file name suggests. Empty if unknown. */
export function mediaTypeOfName(name: string): string {
  return DECLARABLE.get(name.split(".").at(-1)?.toLowerCase() ?? "") ?? "";
}

/** Types whose signature is two letters, with which a text may begin, too. Their headers contain NUL. */
const SHORT_SIGNATURES: ReadonlySet<string> = new Set(["image/bmp", "application/x-msdownload"]);

async function detectType(head: Uint8Array): Promise<string | undefined> {
  // The byte order mark of UTF-16, which file-type mistakes for a frame of MP3.
  if (head[0] === 0xff && head[1] === 0xfe) return undefined;
  // A hostile file can make the detection throw.
  const detected = await fileTypeFromBuffer(head).catch(() => undefined);
  const type = detected?.mime.split(";", 1)[0];
  return type !== undefined && SHORT_SIGNATURES.has(type) && !head.includes(0) ? undefined : type;
}

/** Whether the type is unknown. */
export function isUnknown(type: string): boolean {
  return type === UNKNOWN;
}

/** Whether a browser may show a file of this type instead of saving it. */
export function isInert(type: string): boolean {
  return INERT.has(type);
}

/**
 * The largest image that the list shows. Nothing here can scale images down, so the list loads originals: a page of 20
 * loads at most 1.25 MiB for squares of 40 pixels.
 */
const MAX_PREVIEW_BYTES = 64 * 1024;

/** Whether this is an image that a browser may show. */
export function isShowableImage(type: string): boolean {
  return isInert(type) && type.startsWith("image/");
}

/** Whether a list shows an image of this type and size. */
export function isPreviewed(type: string, size: number): boolean {
  return isShowableImage(type) && size <= MAX_PREVIEW_BYTES;
}
