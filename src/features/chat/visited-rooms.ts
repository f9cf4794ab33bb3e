/** Remembers in the session which rooms a browser has visited; there is no directory of all rooms. */
import * as z from "zod";
import type { Session } from "../../identity/sessions/page-session.ts";
import { roomParams } from "./protocol.ts";

/** The default room, which is always listed. */
export const LOBBY = "lobby";

/** Maximum number of rooms besides the lobby; a new one beyond it displaces the one that was added first. */
const MAX_VISITED = 9;

const KEY = "chat_rooms";
const visited = z.array(roomParams.shape.room).max(MAX_VISITED).catch([]);

/** Adds a room to the session. Only the first visit to a room changes the session. */
export function rememberRoom(session: Session, room: string): void {
  const rooms = visited.parse(session.get(KEY));
  if (room === LOBBY || rooms.includes(room)) return;
  session.set(KEY, [...rooms, room].slice(-MAX_VISITED));
}

/** @returns The lobby, followed by the rooms in the session, sorted by name. */
export function listRooms(session: Session): readonly string[] {
  return [LOBBY, ...visited.parse(session.get(KEY)).toSorted()];
}
