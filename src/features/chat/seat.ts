/** Who a socket belongs to. The platform keeps it with the socket while the room sleeps. */
import type { ChatUser } from "../../env.ts";

export interface Seat {
  readonly room: string;
  readonly user: ChatUser;
  /** With which the user came: when it is over, so is the socket. */
  readonly sessionId: string;
}

/**
 * The handshake that the Worker sends on to a room.
 *
 * @param after How far the user has read; null for who wants new messages only.
 */
export function seatRequest({ room, user, sessionId }: Seat, after: number | null): Request {
  const query = new URLSearchParams({ room, id: user.id, name: user.name, sessionId });
  if (after !== null) query.set("after", String(after));
  return new Request(`http://room/?${query}`, { headers: { Upgrade: "websocket" } });
}

export function readSeat({ url }: Request): { readonly seat: Seat; readonly after: number | null } {
  const query = new URL(url).searchParams;
  const get = (name: string) => query.get(name) ?? "";
  const after = query.get("after");
  return {
    seat: { room: get("room"), user: { id: get("id"), name: get("name") }, sessionId: get("sessionId") },
    after: after === null ? null : Number(after),
  };
}

/** @param seat Null where somebody leaves. */
export function setSeat(socket: WebSocket, seat: Seat | null): void {
  socket.serializeAttachment(seat);
}

/** Null for who has left. */
export function seatOf(socket: WebSocket): Seat | null {
  return socket.deserializeAttachment() as Seat | null;
}
