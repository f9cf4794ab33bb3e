/** Decides the media type and the charset of an upload: by its bytes, else by the declared type, else by its name. */
import { Buffer } from "node:buffer";
import { isActive, isDeclarable, mediaTypeOfBytes, mediaTypeOfName, UNKNOWN } from "./media-type.ts";
import { createTextInspector, type TextInspector } from "./text-inspector.ts";

export interface ContentType {
  /** A media type, without parameters; `application/octet-stream` if nothing else is known. */
  readonly type: string;
  /** `utf-8` for text that is valid UTF-8. Null for other types and for text in another encoding. */
  readonly charset: "utf-8" | null;
}

export interface ContentTypeDetector {
  /** Inspects the next bytes. The first call must pass `HEAD_BYTES` or more, unless the upload is shorter. */
  add(bytes: Uint8Array): Promise<void>;
  /** Call it once, after the last bytes. */
  end(): ContentType;
}

/** The number of bytes that the detection of signatures reads. */
const HEAD_BYTES = 4100;

/**
 * @param declared The media type that the client declares, in lower case and without parameters; may be empty.
 * @param name The file name.
 */
export function createContentTypeDetector(declared: string, name: string): ContentTypeDetector {
  let [head, size]: [Uint8Array, number] = [new Uint8Array(), 0];
  let detected: string | undefined;
  let text: TextInspector | undefined;
  return {
    async add(bytes) {
      if (size === 0) {
        head = bytes.slice(0, HEAD_BYTES);
        detected = await mediaTypeOfBytes(head);
        if (detected === undefined) text = createTextInspector(head);
      }
      size += bytes.byteLength;
      text?.add(bytes);
    },
    end() {
      if (detected !== undefined) return { type: detected, charset: null };
      const { kind, canBeJson } = (text ?? createTextInspector(head)).end();
      const isJson = size > HEAD_BYTES ? canBeJson : kind === "utf-8" && parses(head);
      const fits = (type: string) => (type === "application/json" ? isJson : kind !== "binary");
      const type = candidates(declared, name).find(fits) ?? UNKNOWN;
      return { type, charset: type.startsWith("text/") && kind === "utf-8" ? kind : null };
    },
  };
}

/**
 * The types to try, in order. None for a declared type that a browser may run: such an upload is stored as `UNKNOWN`,
 * whatever its name. Other types that are not declarable are ignored: curl sends `application/octet-stream` or
 * `application/x-www-form-urlencoded` for any file, browsers on Windows send `application/vnd.ms-excel` for CSV, and
 * bytes without a signature contradict `image/png`.
 */
function candidates(declared: string, name: string): string[] {
  if (isActive(declared)) return [];
  const named = mediaTypeOfName(name);
  return [...(isDeclarable(declared) ? [declared] : []), ...(named ? [named] : [])];
}

function parses(json: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder().decode(Buffer.from(json)));
    return true;
  } catch {
    return false;
  }
}
