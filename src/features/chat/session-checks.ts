/** Checks in D1 whether the sessions of a room's sockets are still valid, and closes the sockets of those that are not. */
import { closeSockets, renewSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { withDeadline } from "../../web/platform/transient.ts";
import { type Connection, connectionOf, toUserSocket } from "./connection.ts";

/** How often an alarm checks the sessions of all sockets. */
export const CHECK_INTERVAL_MS = 5 * 60_000;
/** How soon an alarm repeats a check that failed. Until then, frames are not confirmed and cause no check. */
const CHECK_RETRY_MS = 2_000;
/** The time that a check may take, since frames wait for it. */
const CHECK_DEADLINE_MS = 5_000;

/** The age of a check after which a frame of the socket waits for a new one. */
const SENDER_CHECK_MS = 4_000;
/** The age of a check after which a message to the socket causes a new one. */
const READER_CHECK_MS = 20_000;

export interface ConnectedSocket {
  readonly socket: WebSocket;
  readonly connection: Connection;
}

/** The room whose sockets are checked. */
interface CheckedRoom {
  readonly database: () => Database;
  readonly connectedSockets: () => readonly ConnectedSocket[];
  /** Closes a socket whose session has ended. */
  readonly end: (socket: WebSocket) => void;
  /** Sets an alarm, unless an earlier one is set. */
  readonly wakeWithin: (ms: number) => Promise<void>;
}

/** The times of checks are in memory: after the room has hibernated, the next frame causes a check. */
export class SessionChecks {
  readonly #room: CheckedRoom;
  /** When the database confirmed the session of each socket, in milliseconds since the epoch. */
  readonly #confirmedAt = new WeakMap<WebSocket, number>();
  /** The checks that frames wait for. */
  readonly #pending = new WeakMap<WebSocket, Promise<boolean>>();
  /** When a check last failed, in milliseconds since the epoch. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(room: CheckedRoom) {
    this.#room = room;
  }

  /** Checks a socket that has just joined. Its frames need not wait: the handshake has just confirmed the session. */
  checkJoined(joined: ConnectedSocket): Promise<boolean> {
    this.#confirmedAt.set(joined.socket, Date.now());
    return this.check([joined]);
  }

  /**
   * Confirms the session of a socket that has sent a frame. All frames that arrive during a check wait for the same
   * promise, and so keep their order.
   *
   * @returns Null if a check has just confirmed it; else a promise that is false if the database does not respond.
   */
  confirmSender(sender: WebSocket): Promise<boolean> | null {
    const pending = this.#pending.get(sender);
    if (pending) return pending;
    if (this.#isConfirmed(sender, SENDER_CHECK_MS)) return null;
    if (Math.abs(Date.now() - this.#failedAt) < CHECK_RETRY_MS) return Promise.resolve(false);
    return this.#checkTogether(({ socket }) => socket === sender || this.#isDueAsReader(socket));
  }

  /** Checks the readers of a message whose last check was long ago. */
  async checkReaders(): Promise<void> {
    await this.#checkTogether(({ socket }) => this.#isDueAsReader(socket));
  }

  #isDueAsReader(socket: WebSocket): boolean {
    return !this.#pending.has(socket) && !this.#isConfirmed(socket, READER_CHECK_MS);
  }

  /** Starts one check of the sockets that match; their frames wait for it. */
  #checkTogether(matches: (connected: ConnectedSocket) => boolean): Promise<boolean> {
    const due = this.#room.connectedSockets().filter(matches);
    const check = this.check(due).finally(() => {
      for (const { socket } of due) this.#pending.delete(socket);
    });
    for (const { socket } of due) this.#pending.set(socket, check);
    return check;
  }

  /**
   * Renews the rows of sockets, closes those whose sessions have ended, and sets an alarm for the next expiry.
   *
   * @returns False if the database does not respond. Then an alarm repeats the check.
   */
  async check(connected: readonly ConnectedSocket[]): Promise<boolean> {
    if (connected.length === 0) return true;
    const startedAt = Date.now();
    try {
      const sockets = connected.map(({ connection }) => toUserSocket(connection));
      const ends = await withDeadline(renewSockets(this.#room.database(), sockets), CHECK_DEADLINE_MS);
      const now = Date.now();
      const endOf = ({ connection }: ConnectedSocket) => ends.get(connection.sessionId) ?? 0;
      const [closed, open] = partition(connected, ({ socket }) => connectionOf(socket) === null);
      // They closed during the query, which may have renewed their rows after the removal.
      if (closed.length > 0) await this.removeRows(closed.map(({ connection }) => connection));
      const [expired, valid] = partition(open, (each) => endOf(each) <= now);
      for (const { socket } of expired) this.#room.end(socket);
      for (const { socket } of valid) this.#confirmedAt.set(socket, startedAt);
      if (valid.length > 0)
        await this.#room.wakeWithin(Math.min(CHECK_INTERVAL_MS, ...valid.map((each) => endOf(each) - now)));
      return true;
    } catch (error) {
      this.#failedAt = Date.now();
      logFailure("The sessions of a chat room could not be checked; an alarm tries again", error);
      await this.#room.wakeWithin(CHECK_RETRY_MS);
      return false;
    }
  }

  /** Removes the rows of sockets that have closed. Never rejects. */
  async removeRows(connections: readonly Connection[]): Promise<void> {
    try {
      const ids = connections.map(({ socketId }) => socketId);
      await closeSockets(this.#room.database(), ids);
    } catch (error) {
      logFailure("The rows of closed sockets could not be removed; they will expire", error);
    }
  }

  #isConfirmed(socket: WebSocket, maxAgeMs: number): boolean {
    const age = Date.now() - (this.#confirmedAt.get(socket) ?? Number.NEGATIVE_INFINITY);
    return age >= 0 && age <= maxAgeMs;
  }
}

/** @returns The items that match, and the rest. */
function partition<T>(items: readonly T[], matches: (item: T) => boolean): readonly [T[], T[]] {
  const { yes = [], no = [] } = Object.groupBy(items, (item) => (matches(item) ? "yes" : "no"));
  return [yes, no];
}
