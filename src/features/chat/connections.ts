/** The connections of a room, which are read from the sockets once when the room wakes, and then kept in memory. */
import type { Connection } from "./connection.ts";

export interface ConnectedSocket {
  readonly socket: WebSocket;
  readonly connection: Connection;
}

/**
 * The only record of the connected users. The platform keeps a copy of each connection, attached to its socket, while
 * the room hibernates. Reading that copy is slow, so frames do not read it.
 */
export class Connections implements Iterable<ConnectedSocket> {
  readonly #bySocket = new Map<WebSocket, Connection>();

  /** @param sockets The sockets that were open before the room hibernated. */
  constructor(sockets: readonly WebSocket[]) {
    for (const socket of sockets) {
      const connection = readAttachment(socket);
      if (connection) this.#bySocket.set(socket, connection);
    }
  }

  get size(): number {
    return this.#bySocket.size;
  }

  add(socket: WebSocket, connection: Connection): void {
    this.#bySocket.set(socket, connection);
    socket.serializeAttachment(connection);
  }

  /**
   * Reads the connection of a socket that is not in memory: the platform does not list a socket that closed while the
   * room hibernated.
   *
   * @returns Undefined if the connection is already in memory, or if the user has left.
   */
  restore(socket: WebSocket): Connection | undefined {
    const connection = this.#bySocket.has(socket) ? null : readAttachment(socket);
    if (connection) this.#bySocket.set(socket, connection);
    return connection ?? undefined;
  }

  /** @returns Undefined if the user has left. */
  get(socket: WebSocket): Connection | undefined {
    return this.#bySocket.get(socket);
  }

  /** @returns The connection; undefined if the user had already left. */
  remove(socket: WebSocket): Connection | undefined {
    const connection = this.#bySocket.get(socket);
    if (this.#bySocket.delete(socket)) socket.serializeAttachment(null);
    return connection;
  }

  *[Symbol.iterator](): Generator<ConnectedSocket, void, undefined> {
    for (const [socket, connection] of this.#bySocket) yield { socket, connection };
  }

  sockets(): Iterable<WebSocket> {
    return this.#bySocket.keys();
  }
}

/** @returns Null if the user has left. */
function readAttachment(socket: WebSocket): Connection | null {
  return socket.deserializeAttachment() as Connection | null;
}
