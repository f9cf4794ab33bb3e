/** Reads a response as its client would, whatever kind it is. */
import { Buffer } from "node:buffer";
import { HOSTILE } from "../hostile-text.ts";
import { cut } from "./draft.ts";
import { exchangeFrames, type FrameChange } from "./frames.ts";

/** A stream sends its first lines at once. */
const FIRST_CHUNK_MS = 20;

/**
 * @param valid Frames that the socket accepts, if the response opens one.
 * @returns The text of the response, or all frames of the socket, and a sentence for everything that is wrong.
 */
export async function readResponse(
  response: Response,
  valid: readonly string[],
  frames: readonly FrameChange[],
): Promise<{ readonly text: string; readonly wrong: readonly string[] }> {
  if (response.webSocket) return exchangeFrames(response.webSocket, valid, frames);
  const type = response.headers.get("Content-Type") ?? "";
  if (type.startsWith("text/event-stream")) return { text: await readStart(response.body), wrong: [] };
  const text = Buffer.from(await response.arrayBuffer()).toString();
  return { text, wrong: type.startsWith("text/html") && !isDownload(response) ? checkPage(text) : [] };
}

/** A user's file may be an HTML page, which the browser shows only in a sandbox. */
function isDownload({ headers }: Response): boolean {
  return /sandbox/.test(headers.get("Content-Security-Policy") ?? "");
}

async function readStart(body: ReadableStream<Uint8Array> | null): Promise<string> {
  const reader = body?.getReader();
  const first = await Promise.race([reader?.read(), scheduler.wait(FIRST_CHUNK_MS)]);
  await reader?.cancel();
  return Buffer.from(first?.value ?? []).toString();
}

/** Texts that become elements or attributes unless they are escaped. The app's own pages do not contain them. */
const UNESCAPED = HOSTILE.filter((text) => /[<>"]/.test(text));

function checkPage(page: string): string[] {
  const shown = UNESCAPED.filter((text) => page.includes(text));
  return shown.map((text) => `The page shows a text without escaping it: ${cut(text)}`);
}
