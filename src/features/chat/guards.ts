/** The limit of open sockets for each user. */
import type { AppLocals } from "../../env.ts";
import type { Context, Guard, GuardResult } from "../../http/index.ts";
import { forgetSocket, MAX_SOCKETS_PER_USER, openSocket, recheckSockets } from "../../identity/sessions/sockets.ts";
import { type SignedIn, sessionIdOf } from "../../identity/users/user.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { toUserSocket } from "./connection.ts";

/** Open sockets of one user in one room; `MAX_SOCKETS_PER_USER` limits those in all rooms. */
export const MAX_SOCKETS_PER_ROOM = 10;

const LIMITS = { perUser: MAX_SOCKETS_PER_USER, perObject: MAX_SOCKETS_PER_ROOM };
const LIMITS_TEXT = `${MAX_SOCKETS_PER_USER} per user, ${MAX_SOCKETS_PER_ROOM} per room`;

/** Seconds. Closing a socket frees its place at once, so a longer wait would gain nothing. */
const RETRY_AFTER = "10";

/** The locals that the guard adds. */
export interface SocketLocals {
  /** Of the row in D1 that counts the socket; the room renews it. */
  readonly socketId: string;
}

type SocketNeeds = AppLocals & SignedIn;

/**
 * Limits the open sockets of each user. Adds the row that counts the socket. Denies with 429 if the user has too many
 * sockets, or with 401 if the session has ended. Before it denies with 429, it asks the rooms which sockets are still
 * open: a room that restarts loses its sockets, and their rows must not lock the user out. Invalid input passes without
 * a row, for the handler to refuse.
 */
export const limitSockets: Guard<SocketNeeds, SocketLocals> = stateFacts(
  async function limitSockets(c: Context<unknown, unknown, unknown, SocketNeeds>): Promise<GuardResult<SocketLocals>> {
    const { db, user, auth } = c.locals;
    const socketId = crypto.randomUUID();
    if (!c.input.ok) return { allow: true, locals: { socketId } };
    const room = c.raw.params.room ?? "";
    const socket = toUserSocket({ room, user, sessionId: sessionIdOf(auth) ?? "", socketId });
    const open = () =>
      openSocket(db, socket, LIMITS).catch((error) => {
        // The row may have been added all the same.
        forgetSocket(c.locals, socketId);
        throw error;
      });
    let outcome = await open();
    if (outcome === "too many") {
      await recheckSockets(c.locals, user.id, [0]);
      outcome = await open();
    }
    if (outcome === "open") return { allow: true, locals: { socketId } };
    if (outcome === "session ended")
      return deny(c, 401, "The session has ended. Sign in again.", { "WWW-Authenticate": "Bearer" });
    const detail = `Limit of open sockets: ${LIMITS_TEXT}. Close one and try again.`;
    return deny(c, 429, detail, { "Retry-After": RETRY_AFTER });
  },
  { denies: [401, 429], explanation: "Limits the open sockets of each user.", detail: LIMITS_TEXT },
);
