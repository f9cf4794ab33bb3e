/** What a socket to a room requires beside a user: that the user does not hold too many already. */
import type { AppLocals } from "../../env.ts";
import type { Context, Guard, GuardResult } from "../../http/index.ts";
import { MAX_SOCKETS_PER_USER, openSocket, recheckSockets } from "../../identity/sessions/sockets.ts";
import { type SignedIn, sessionIdOf } from "../../identity/users/user.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { toUserSocket } from "./connection.ts";

/** Sockets that one user may have open in one room at once; `MAX_SOCKETS_PER_USER` limits them in all rooms together. */
export const MAX_SOCKETS_PER_ROOM = 10;

const LIMITS = { perUser: MAX_SOCKETS_PER_USER, perObject: MAX_SOCKETS_PER_ROOM };
const LIMITS_TEXT = `${MAX_SOCKETS_PER_USER} a user, ${MAX_SOCKETS_PER_ROOM} a room`;

/** In seconds. A socket that closes makes room at once, so that waiting longer gains nothing. */
const RETRY_AFTER = "10";

/** What the guard adds. */
export interface SocketLocals {
  /** Of the row that counts the socket, for the room that renews it. */
  readonly socketId: string;
}

type Needs = AppLocals & SignedIn;

/**
 * Opens the row of the socket, and denies with 429 where the user has too many of them, or with 401 where the session has
 * ended meanwhile. Before it denies with 429, the rooms concerned are asked which sockets they still hold, so that a
 * restart of a room, which loses its sockets, locks nobody out. With invalid input it opens nothing: the handler refuses.
 */
export const limitSockets: Guard<Needs, SocketLocals> = stateFacts(
  async function limitSockets(c: Context<unknown, unknown, unknown, Needs>): Promise<GuardResult<SocketLocals>> {
    const { env, user, auth } = c.locals;
    const socketId = crypto.randomUUID();
    if (!c.input.ok) return { allow: true, locals: { socketId } };
    const room = c.raw.params.room ?? "";
    const socket = toUserSocket({ room, user, sessionId: sessionIdOf(auth) ?? "", socketId });
    let outcome = await openSocket(env.DB, socket, LIMITS);
    if (outcome === "too many") {
      await recheckSockets(env, user.id);
      outcome = await openSocket(env.DB, socket, LIMITS);
    }
    if (outcome === "open") return { allow: true, locals: { socketId } };
    if (outcome === "session ended")
      return deny(c, 401, "The session has ended. Sign in again.", { "WWW-Authenticate": "Bearer" });
    const detail = `Limit of open sockets: ${LIMITS_TEXT}. Close one and try again.`;
    return deny(c, 429, detail, { "Retry-After": RETRY_AFTER });
  },
  { denies: [401, 429], detail: LIMITS_TEXT },
);
