/** Access to rooms from the Worker. */
import type { Env, StorageLocals } from "../../env.ts";
import { retryRead } from "../../web/platform/transient.ts";
import type { ChatMessage } from "./protocol.ts";

/** @returns A new stub, since a stub stays broken after a failed call. */
export function roomStub({ CHAT_ROOM }: Pick<Env, "CHAT_ROOM">, name: string) {
  return CHAT_ROOM.get(CHAT_ROOM.idFromName(name));
}

/** Messages of a room, oldest first; see `ChatRoomObject`. A read that fails is repeated once. */
export function readHistory(
  env: Pick<Env, "CHAT_ROOM">,
  room: string,
  after: number | null,
  limit: number,
): Promise<ChatMessage[]> {
  return retryRead(async () => roomStub(env, room).history(after, limit));
}

/** Calls a room that no user can join. It stores nothing. */
export async function checkRooms({ env }: StorageLocals): Promise<void> {
  await readHistory(env, " health", 0, 0);
}
