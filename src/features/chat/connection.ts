/** The user and session of a socket, which the platform keeps with the socket while the room hibernates. */
import type { UserSocket } from "../../identity/sessions/sockets.ts";
import type { ChatUser } from "./protocol.ts";

export interface Connection {
  readonly room: string;
  readonly user: ChatUser;
  /** The session that opened the socket: when it ends, the socket is closed. */
  readonly sessionId: string;
  /** Of the row in D1 that counts the socket. */
  readonly socketId: string;
}

/**
 * The handshake that the Worker forwards to a room.
 *
 * @param after The last `seq` that the user has; null to get new messages only.
 */
export function connectionRequest({ room, user, ...ids }: Connection, after: number | null): Request {
  const query = new URLSearchParams({ room, id: user.id, name: user.name, ...ids });
  if (after !== null) query.set("after", String(after));
  return new Request(`http://room/?${query}`, { headers: { Upgrade: "websocket" } });
}

export function readConnection({ url }: Request): { readonly connection: Connection; readonly after: number | null } {
  const query = new URL(url).searchParams;
  const get = (name: string) => query.get(name) ?? "";
  const after = query.get("after");
  return {
    connection: {
      room: get("room"),
      user: { id: get("id"), name: get("name") },
      sessionId: get("sessionId"),
      socketId: get("socketId"),
    },
    after: after === null ? null : Number(after),
  };
}

/** The connection as D1 counts it. */
export function toUserSocket({ room, user, sessionId, socketId }: Connection): UserSocket {
  return { id: socketId, userId: user.id, sessionId, binding: "CHAT_ROOM", objectName: room };
}
