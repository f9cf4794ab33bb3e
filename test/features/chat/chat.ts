/** Chat rooms as tests use them. */
import { env } from "cloudflare:test";
import { expect, vi } from "vitest";
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

/**
 * Returns the users in the room as a client knows them from its frames: their number, and the names of the listed ones.
 */
export function presenceOf({ frames }: Pick<Socket, "frames">) {
  const here = new Map<string, string>();
  let count = 0;
  for (const frame of frames) {
    if (!["welcome", "join", "leave", "presence"].includes(frame.type)) continue;
    count = frame.count;
    if (frame.type === "join") here.set(frame.user.id, frame.user.name);
    if (frame.type === "leave") here.delete(frame.user.id);
    if (frame.here) here.clear();
    for (const id of frame.left ?? []) here.delete(id);
    for (const { id, name } of [...(frame.here ?? []), ...(frame.joined ?? [])]) here.set(id, name);
  }
  return { count, names: [...here.values()].sort() };
}

/** Waits until a client knows that exactly these users are in the room. */
export function presenceIs(socket: Socket, ...names: string[]) {
  const expected = { count: names.length, names: names.sort() };
  return vi.waitFor(() => expect(presenceOf(socket)).toEqual(expected), { timeout: 5_000, interval: 5 });
}

export function message(text: string, id: string = crypto.randomUUID()) {
  return { type: "message", id, text };
}
