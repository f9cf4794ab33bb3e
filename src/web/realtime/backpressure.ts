/** Sends to sockets, and closes those whose readers have stalled, since the platform queues without a limit. */
import { Buffer } from "node:buffer";
import { CLOSE } from "./close-codes.ts";

const MIB = 1024 * 1024;

/** Limits of the bytes sent since the last frame from a socket, and of their sum over all sockets of an object. */
const MAX_BYTES_PER_SOCKET = 8 * MIB;
const MAX_BYTES_PER_OBJECT = 48 * MIB;

/** The data sent to a socket since its last frame. */
interface Unacknowledged {
  bytes: number;
  /** Milliseconds since the epoch. */
  since: number;
}

/**
 * workerd has no `bufferedAmount`, so the data sent since the last frame from the reader counts as unacknowledged. Any
 * frame acknowledges it, including a ping. A reader that sends nothing cannot be distinguished from a stalled one, and is
 * closed after 8 MiB.
 */
export class BoundedSockets {
  readonly #unacknowledged = new Map<WebSocket, Unacknowledged>();
  readonly #pingedAt: (socket: WebSocket) => number;
  readonly #onStalled: (socket: WebSocket) => void;
  #total = 0;

  /**
   * @param pingedAt The time of the last automatic response to a ping, in milliseconds since the epoch; 0 for never.
   * @param onStalled Called with the socket of a stalled reader, which is closing.
   */
  constructor(pingedAt: (socket: WebSocket) => number, onStalled: (socket: WebSocket) => void) {
    this.#pingedAt = pingedAt;
    this.#onStalled = onStalled;
  }

  /** Sends a frame unless the socket is closing. @returns Whether the socket accepts more frames. */
  send(socket: WebSocket, frame: string): boolean {
    if (socket.readyState !== WebSocket.OPEN) return false;
    const bytes = Buffer.byteLength(frame);
    if (this.#countFor(socket).bytes + bytes > MAX_BYTES_PER_SOCKET) this.#countPing(socket);
    const unacknowledged = this.#countFor(socket);
    if (unacknowledged.bytes + bytes > MAX_BYTES_PER_SOCKET) return this.#closeStalled(socket);
    unacknowledged.bytes += bytes;
    this.#total += bytes;
    socket.send(frame);
    if (this.#total > MAX_BYTES_PER_OBJECT) this.#closeFurthestBehind();
    return socket.readyState === WebSocket.OPEN;
  }

  /** Resets the count of a socket, after a frame from it or when it has closed. */
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

  #countPing(socket: WebSocket): void {
    if (this.#pingedAt(socket) > this.#countFor(socket).since) this.forget(socket);
  }

  #closeFurthestBehind(): void {
    for (const socket of [...this.#unacknowledged.keys()]) this.#countPing(socket);
    const furthestFirst = [...this.#unacknowledged].sort(([, a], [, b]) => b.bytes - a.bytes);
    for (const [socket] of furthestFirst) if (this.#total > MAX_BYTES_PER_OBJECT / 2) this.#closeStalled(socket);
  }

  #closeStalled(socket: WebSocket): false {
    this.forget(socket);
    socket.close(CLOSE.tryAgainLater, "Too much unacknowledged data. Send a ping from time to time.");
    this.#onStalled(socket);
    return false;
  }
}
