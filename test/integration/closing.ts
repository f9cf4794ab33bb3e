/** Closes WebSockets by hand, with codes that no client offers, and reads the Close frame of the other side. */
import { sendHead } from "./socket.ts";

const UPGRADE = [
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

const CLOSE_OPCODE = 8;

/** The payload of a Close frame. */
export interface CloseStatus {
  /** Null for an empty payload. */
  readonly code: number | null;
  /** Bytes if it is not valid UTF-8. */
  readonly reason: string | Buffer;
}

/** Close frames of clients. */
export const CLOSES: readonly CloseStatus[] = [
  { code: null, reason: "" },
  { code: 1000, reason: "" },
  { code: 1000, reason: "Good bye 👋" },
  { code: 1001, reason: "" },
  { code: 1011, reason: "It broke" },
  { code: 3000, reason: "" },
  { code: 4999, reason: "x".repeat(123) },
];

/** Close frames that no endpoint may send (RFC 6455 §7.4). */
export const INVALID_CLOSES: readonly CloseStatus[] = [
  ...[0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 65_535].map((code) => ({ code, reason: "" })),
  // Not valid UTF-8. With three bytes for each replacement character, it does not fit into a frame.
  { code: 1000, reason: Buffer.alloc(123, 0xff) },
];

/** The platform closes a socket whose client gets no Close frame after this time. */
const PLATFORM_TIMEOUT_MS = 10_000;
/** What a Close frame may take, even on a busy machine. */
export const PROMPT_MS = PLATFORM_TIMEOUT_MS / 2;

/**
 * Opens a socket, waits for a first frame, and closes the socket.
 *
 * @returns The first frame of the other side after that, if it is a Close frame, and the milliseconds until it came.
 */
export async function closeSocket(
  url: URL,
  path: string,
  headers: readonly string[],
  status: CloseStatus,
): Promise<{ readonly answer: CloseStatus | null; readonly ms: number }> {
  const socket = await sendHead(url, path, [...headers, ...UPGRADE]);
  let received = Buffer.alloc(0);
  const data = socket.iterator({ destroyOnReturn: false });
  const receive = async (): Promise<boolean> => {
    const { done, value } = await data.next();
    if (!done) received = Buffer.concat([received, value]);
    return !done;
  };
  while (!received.includes("\r\n\r\n")) await receive();
  received = received.subarray(received.indexOf("\r\n\r\n") + 4);
  while (received.length === 0) await receive();
  const startedAt = performance.now();
  socket.write(closeFrame(status));
  let answer = findClose(received);
  while (!answer && (await receive())) answer = findClose(received);
  const ms = performance.now() - startedAt;
  socket.destroy();
  return { answer, ms };
}

/** Its mask is zero, which leaves the payload as it is. */
function closeFrame({ code, reason }: CloseStatus): Buffer {
  const payload = code === null ? [] : [code >> 8, code & 255, ...Buffer.from(reason)];
  return Buffer.from([0x80 | CLOSE_OPCODE, 0x80 | payload.length, 0, 0, 0, 0, ...payload]);
}

/** The first Close frame among complete frames. */
function findClose(frames: Buffer): CloseStatus | null {
  for (let rest = frames; rest.length >= 2; ) {
    const [first = 0, second = 0] = rest;
    if (second === 126 && rest.length < 4) return null;
    const start = second === 126 ? 4 : 2;
    const end = start + (second === 126 ? rest.readUInt16BE(2) : second);
    if (rest.length < end) return null;
    const payload = rest.subarray(start, end);
    if ((first & 15) === CLOSE_OPCODE)
      return { code: payload.length < 2 ? null : payload.readUInt16BE(), reason: payload.subarray(2).toString() };
    rest = rest.subarray(end);
  }
  return null;
}
