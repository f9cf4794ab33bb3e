/** Access to rooms from the Worker. */
import type { Env, StorageLocals } from "../../env.ts";

export function roomStub({ CHAT_ROOM }: Pick<Env, "CHAT_ROOM">, name: string) {
  return CHAT_ROOM.get(CHAT_ROOM.idFromName(name));
}

/** Calls a room that no user can join. It stores nothing. */
export async function checkRooms({ env }: StorageLocals): Promise<void> {
  await roomStub(env, " health").history(0, 0);
}
