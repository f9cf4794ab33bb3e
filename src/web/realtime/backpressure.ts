/** Sends to sockets, and gives up on those whose readers have stalled: the platform queues for them without a bound. */
import { Buffer } from "node:buffer";

const MIB = 1024 * 1024;

/** The most bytes that a socket is sent without giving a sign of life, and the most of all sockets of an object. */
const MAX_BYTES_PER_SOCKET = 8 * MIB;
const MAX_BYTES_PER_OBJECT = 48 * MIB;

/** Close codes (RFC 6455 §7.4, and its registry), and 4000 to 4999 for an application's own. */
export const CLOSE = {
  unsupportedData: 1003,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  sessionOver: 4401,
} as const;

/** What a socket was sent since it was last heard of. */
interface Unacknowledged {
  bytes: number;
  /** Milliseconds since the epoch. */
  since: number;
}

/**
 * workerd tells nobody how much of what was sent has left (there is no `bufferedAmount`), so what counts is what
 * was sent since the reader gave a sign of life: any frame, a ping included. Who only reads is not told apart from who
 * has stalled, and may read 8 MiB before it has to say something, or to connect anew.
 */
export class BoundedSockets {
  readonly #unacknowledged = new Map<WebSocket, Unacknowledged>();
  readonly #pingedAt: (socket: WebSocket) => number;
  readonly #onStalled: (socket: WebSocket) => void;
  #total = 0;

  /**
   * @param pingedAt When a ping of the socket was last answered, in milliseconds since the epoch; 0 for never.
   * @param onStalled What to do when a reader was given up on; its socket is closing.
   */
  constructor(pingedAt: (socket: WebSocket) => number, onStalled: (socket: WebSocket) => void) {
    this.#pingedAt = pingedAt;
    this.#onStalled = onStalled;
  }

  /** Sends, unless the socket is closing. @returns Whether it can be sent more. */
  send(socket: WebSocket, frame: string): boolean {
    if (socket.readyState !== WebSocket.OPEN) return false;
    const bytes = Buffer.byteLength(frame);
    if (this.#countFor(socket).bytes + bytes > MAX_BYTES_PER_SOCKET) this.#hearPing(socket);
    const unacknowledged = this.#countFor(socket);
    if (unacknowledged.bytes + bytes > MAX_BYTES_PER_SOCKET) return this.#giveUp(socket);
    unacknowledged.bytes += bytes;
    this.#total += bytes;
    socket.send(frame);
    if (this.#total > MAX_BYTES_PER_OBJECT) this.#giveUpFurthestBehind();
    return socket.readyState === WebSocket.OPEN;
  }

  /** The reader has given a sign of life, or the socket is gone: what it was sent counts no more. */
  forget(socket: WebSocket): void {
    this.#total -= this.#unacknowledged.get(socket)?.bytes ?? 0;
    this.#unacknowledged.delete(socket);
  }

  #countFor(socket: WebSocket): Unacknowledged {
    const known = this.#unacknowledged.get(socket);
    if (known) return known;
    const fresh = { bytes: 0, since: Date.now() };
    this.#unacknowledged.set(socket, fresh);
    return fresh;
  }

  #hearPing(socket: WebSocket): void {
    if (this.#pingedAt(socket) > this.#countFor(socket).since) this.forget(socket);
  }

  #giveUpFurthestBehind(): void {
    for (const socket of [...this.#unacknowledged.keys()]) this.#hearPing(socket);
    const furthestFirst = [...this.#unacknowledged].sort(([, a], [, b]) => b.bytes - a.bytes);
    for (const [socket] of furthestFirst) if (this.#total > MAX_BYTES_PER_OBJECT / 2) this.#giveUp(socket);
  }

  #giveUp(socket: WebSocket): false {
    this.forget(socket);
    socket.close(CLOSE.tryAgainLater, "Nothing was heard of you for too long.");
    this.#onStalled(socket);
    return false;
  }
}
