/** Close codes of WebSockets (RFC 6455 §7.4 and its registry). */

/** Codes from 4000 to 4999 are for applications. */
export const CLOSE = {
  goingAway: 1001,
  unsupportedData: 1003,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  sessionOver: 4401,
} as const;

/** Stands for a Close frame without a code. */
const NO_STATUS = 1005;
/** The connection broke, or its TLS handshake failed: there was no Close frame. */
const NO_FRAME: readonly number[] = [1006, 1015];

/**
 * Answers the Close frame of a client with its own code, as RFC 6455 §5.5.1 requires. The platform does so by itself for
 * sockets that were accepted with `accept()`, but not for hibernating ones, whose clients would wait for 10 s and then
 * report an abnormal closure (1006).
 *
 * @param code The code that the platform reports; 1005 for a frame without one.
 */
export function answerClose(socket: WebSocket, code: number, reason: string): void {
  if (NO_FRAME.includes(code)) return;
  socket.close(code === NO_STATUS ? 1000 : code, reason);
}
