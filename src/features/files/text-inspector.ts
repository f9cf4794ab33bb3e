/** Determines, in constant memory, whether bytes are text, in which encoding, and whether they can be JSON. */
import { Buffer } from "node:buffer";

/** `other`: UTF-16 with a byte order mark, or an encoding that bytes do not reveal, such as Latin-1. */
export type TextKind = "utf-8" | "other" | "binary";

export interface TextInspector {
  /** Inspects the next bytes. */
  add(bytes: Uint8Array): void;
  /** Call it once, after the last bytes. */
  end(): { readonly kind: TextKind; readonly canBeJson: boolean };
}

/** The size of the pieces that are decoded, so that memory use does not depend on the size of the input. */
const PIECE_BYTES = 64 * 1024;

/** Characters, or bytes, that do not occur in text (WHATWG MIME Sniffing, "binary data byte"). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters.
const BINARY = /[\0-\x08\x0b\x0e-\x1a\x1c-\x1f]/;

/** The first and the last character of an object, an array or a string. */
const JSON_ENDS: ReadonlySet<string> = new Set(["{}", "[]", '""']);

/** @param head The first bytes, of which at least two are read, if there are as many. They are also given to `add`. */
export function createTextInspector(head: Uint8Array): TextInspector {
  const utf16 = utf16Of(head);
  let decoder: TextDecoder | undefined = new TextDecoder(utf16 ?? "utf-8", { fatal: true, ignoreBOM: false });
  let [isBinary, first, last] = [false, "", ""];

  /** @returns Undefined from the first invalid bytes on. */
  function decode(piece?: Uint8Array): string | undefined {
    try {
      return decoder?.decode(piece, { stream: piece !== undefined });
    } catch {
      decoder = undefined;
      isBinary ||= utf16 !== undefined;
      return undefined;
    }
  }

  function inspect(piece: Uint8Array): void {
    const text = decode(piece) ?? Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
    isBinary ||= BINARY.test(text);
    const solid = text.trim();
    first ||= solid.charAt(0);
    last = solid.charAt(solid.length - 1) || last;
  }

  return {
    add(bytes) {
      for (let at = 0; at < bytes.byteLength && !isBinary; at += PIECE_BYTES)
        inspect(bytes.subarray(at, at + PIECE_BYTES));
    },
    end() {
      decode();
      const kind = isBinary ? "binary" : decoder && !utf16 ? "utf-8" : "other";
      return { kind, canBeJson: kind === "utf-8" && JSON_ENDS.has(first + last) };
    },
  };
}

/** By the byte order mark. */
function utf16Of([first, second]: Uint8Array): "utf-16le" | "utf-16be" | undefined {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : undefined;
}
