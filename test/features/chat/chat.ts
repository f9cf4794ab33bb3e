/** Chat rooms as tests use them. */
import { env } from "cloudflare:test";
import type { Account } from "../../harness.ts";
import { open, type Socket } from "../../sockets.ts";

/** Opens a socket of an account to a room. */
export function enter({ headers }: Account, room: string, after?: number): Promise<Socket> {
  return open(`/ws/chat/${room}${after === undefined ? "" : `?after=${after}`}`, headers);
}

let rooms = 0;

/** A room that no other test has. */
export function newRoom(): string {
  rooms += 1;
  return `room-${rooms}-${crypto.randomUUID().slice(0, 8)}`;
}

/** The object of a room. A new one each time: one whose object has crashed does not come back. */
export function objectOf(room: string) {
  return env.CHAT_ROOM.get(env.CHAT_ROOM.idFromName(room));
}

export function message(text: string, id: string = crypto.randomUUID()) {
  return { type: "message", id, text };
}
