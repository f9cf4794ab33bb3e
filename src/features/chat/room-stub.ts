/** The way to a room. */
import type { Env } from "../../env.ts";

export function roomNamed({ CHAT_ROOM }: Pick<Env, "CHAT_ROOM">, name: string) {
  return CHAT_ROOM.get(CHAT_ROOM.idFromName(name));
}
