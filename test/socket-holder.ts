/** A stand-in for the objects that hold sockets of users, such as a chat room: it knows no more than their contract. */
import { env } from "cloudflare:test";
import { openSocket, renewSockets, type SocketBinding, type UserSocket } from "../src/identity/sessions/sockets.ts";

/** A cast: no feature declares this binding. */
export const TEST_SOCKETS = "TEST_SOCKETS" as SocketBinding;

const LIMITS = { perUser: 1_000, perObject: 1_000 };

const open = new Map<string, UserSocket>();

/** Closes the sockets whose sessions have ended, as `SocketHolder` demands. */
async function recheckSessions(socketIds: readonly string[]): Promise<string[]> {
  const asked = socketIds.flatMap((id) => open.get(id) ?? []);
  const ends = await renewSockets(env.DB, asked);
  for (const { id, sessionId } of asked) if ((ends.get(sessionId) ?? 0) <= Date.now()) open.delete(id);
  return socketIds.filter((id) => open.has(id));
}

// Requests find the binding in the environment, where `recheckSockets` looks it up by the name in the row.
Object.assign(env, { [TEST_SOCKETS]: { idFromName: (name: string) => name, get: () => ({ recheckSessions }) } });

/** Opens a socket for a session. @returns Its id; undefined where the session has ended. */
export async function holdSocket(userId: string, sessionId: string): Promise<string | undefined> {
  const socket: UserSocket = {
    id: crypto.randomUUID(),
    userId,
    sessionId,
    binding: TEST_SOCKETS,
    objectName: "sockets",
  };
  if ((await openSocket(env.DB, socket, LIMITS)) !== "open") return undefined;
  await renewSockets(env.DB, [socket]);
  open.set(socket.id, socket);
  return socket.id;
}

/** Whether nothing has closed the socket: a response that ends its session does so before the test goes on. */
export function isHeld(socketId: string): boolean {
  return open.has(socketId);
}
