/** The way to a room. */
import type { Env } from "../../env.ts";

export function roomNamed({ CHAT_ROOM }: Pick<Env, "CHAT_ROOM">, name: string) {
  return CHAT_ROOM.get(CHAT_ROOM.idFromName(name));
}

/** Asks a room that no user can enter. It leaves no trace. */
export async function checkRooms(env: Env): Promise<void> {
  await roomNamed(env, " health").history(0, 0);
}
