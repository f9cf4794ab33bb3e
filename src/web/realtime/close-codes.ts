/** Close codes of WebSockets (RFC 6455 §7.4 and its registry). */

/** Codes from 4000 to 4999 are for applications. */
export const CLOSE = {
  goingAway: 1001,
  protocolError: 1002,
  unsupportedData: 1003,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  sessionOver: 4401,
} as const;

/** Stands for a Close frame without a code. */
const NO_STATUS = 1005;
/** RFC 6455 §5.5: a control frame has at most 125 bytes, two of which are the code. */
const MAX_REASON_BYTES = 123;

/** The close of a socket, with the arguments that the platform passes to `webSocketClose`. */
export interface ReceivedClose {
  /** 1005 for a frame without a code. Clients can send any 16-bit number, even those that stand for no frame. */
  readonly code: number;
  /** Bytes that are not valid UTF-8 are replaced, which can make it longer than a frame allows. */
  readonly reason: string;
  /** Whether there was a Close frame. Otherwise the connection broke. */
  readonly wasClean: boolean;
}

/**
 * Replies to the Close frame of a client with its own code, as RFC 6455 §5.5.1 requires, or with 1002 if that cannot be
 * sent. The platform does so by itself for sockets that were accepted with `accept()`, but not for hibernating ones,
 * whose clients would wait for 10 s and then report an abnormal closure (1006).
 */
export function replyToClose(socket: WebSocket, { code, reason, wasClean }: ReceivedClose): void {
  if (!wasClean) return;
  if (code === NO_STATUS) socket.close(1000);
  else if (isCloseCode(code) && new TextEncoder().encode(reason).byteLength <= MAX_REASON_BYTES)
    socket.close(code, reason);
  else socket.close(CLOSE.protocolError, "The Close frame is not valid.");
}

/** Whether an endpoint may send the code (RFC 6455 §7.4 and its registry). For others, `close` may throw. */
function isCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
