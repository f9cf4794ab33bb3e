/** Checks in D1 whether the sessions of a room's sockets are still valid, and closes the sockets of ended sessions. */
import { renewSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { withDeadline } from "../../web/platform/transient.ts";
import type { ClosedRows } from "./closed-rows.ts";
import { toUserSocket } from "./connection.ts";
import type { ConnectedSocket, Connections } from "./connections.ts";
import { Throttle } from "./throttle.ts";

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

/** The shortest time between two checks of sockets that have joined. */
export const JOIN_CHECK_INTERVAL_MS = 100;
/** Maximum sockets in one statement, since D1 limits its parameters to 2 MB. */
const MAX_CHECKED = 1_000;

/** The room whose sockets are checked. */
interface CheckedRoom {
  readonly database: () => Database;
  readonly connections: Connections;
  readonly rows: ClosedRows;
  /** Closes a socket whose session has ended. */
  readonly end: (socket: WebSocket) => void;
  /** Sets an alarm, unless an earlier one is set. */
  readonly wakeWithin: (ms: number) => Promise<void>;
}

/** Sockets that are checked together. */
interface Batch extends PromiseWithResolvers<boolean> {
  readonly sockets: Set<WebSocket>;
}

/**
 * Checks that become due while another one runs are combined into one check after it, so a large room queries the
 * database no more often than a small one. The times of checks are in memory: after the room has hibernated, the next
 * frame causes a check.
 */
export class SessionChecks {
  readonly #room: CheckedRoom;
  /** When the database confirmed the session of each socket, in milliseconds since the epoch. */
  readonly #confirmedAt = new WeakMap<WebSocket, number>();
  /** The checks that frames wait for. */
  readonly #pending = new Map<WebSocket, Promise<boolean>>();
  /** The next check, which has not started. */
  #next: Batch | null = null;
  #isChecking = false;
  readonly #joins = new Throttle(JOIN_CHECK_INTERVAL_MS, () => this.#startNext());
  /** When a check last failed, in milliseconds since the epoch. */
  #failedAt = Number.NEGATIVE_INFINITY;

  constructor(room: CheckedRoom) {
    this.#room = room;
  }

  /**
   * Checks a socket that has just joined, possibly together with sockets that join a moment later. Its frames need not
   * wait: the handshake has just confirmed the session.
   */
  checkJoined(socket: WebSocket): void {
    this.#confirmedAt.set(socket, Date.now());
    this.#gather([socket]);
    this.#joins.request();
  }

  /**
   * Confirms the session of a socket that has sent a frame. All frames of the socket that arrive during a check wait for
   * the same promise, and so keep their order.
   *
   * @returns Null if a check has just confirmed it; else a promise that is false if the database does not respond.
   */
  confirmSender(sender: WebSocket): Promise<boolean> | null {
    const pending = this.#pending.get(sender);
    if (pending) return pending;
    if (this.#isConfirmed(sender, SENDER_CHECK_MS)) return null;
    const { promise } = this.#gather([sender]);
    this.#pending.set(sender, promise);
    this.#startNext();
    return promise;
  }

  /** Checks the readers of a message whose last check was long ago. */
  async checkReaders(): Promise<void> {
    const { promise } = this.#gather([]);
    this.#startNext();
    await promise;
  }

  /** Adds sockets to the next check. */
  #gather(sockets: readonly WebSocket[]): Batch {
    this.#next ??= { ...Promise.withResolvers<boolean>(), sockets: new Set() };
    for (const socket of sockets) this.#next.sockets.add(socket);
    return this.#next;
  }

  /**
   * Starts the next check. If a check is running, it starts the next one when it ends. Frames of all checked sockets
   * wait for the check.
   */
  async #startNext(): Promise<void> {
    const batch = this.#next;
    if (!batch || this.#isChecking) return;
    this.#next = null;
    this.#isChecking = true;
    const due = [...this.#room.connections].filter(
      ({ socket }) => batch.sockets.has(socket) || !this.#isConfirmed(socket, READER_CHECK_MS),
    );
    for (const { socket } of due) this.#pending.set(socket, batch.promise);
    const hasJustFailed = Math.abs(Date.now() - this.#failedAt) < CHECK_RETRY_MS;
    const isConfirmed = !hasJustFailed && (await this.check(due).catch(reportNoAlarm));
    for (const [socket, promise] of this.#pending) if (promise === batch.promise) this.#pending.delete(socket);
    batch.resolve(isConfirmed);
    this.#isChecking = false;
    this.#startNext();
  }

  /**
   * Renews the rows of sockets, closes those whose sessions have ended, and sets an alarm for the next expiry.
   *
   * @returns False if the database does not respond. Then an alarm repeats the check.
   */
  async check(connected: readonly ConnectedSocket[]): Promise<boolean> {
    const parts = Array.from({ length: Math.ceil(connected.length / MAX_CHECKED) }, (_, n) =>
      connected.slice(n * MAX_CHECKED, (n + 1) * MAX_CHECKED),
    );
    return (await Promise.all(parts.map((part) => this.#checkPart(part)))).every(Boolean);
  }

  async #checkPart(connected: readonly ConnectedSocket[]): Promise<boolean> {
    const startedAt = Date.now();
    try {
      const sockets = connected.map(({ connection }) => toUserSocket(connection));
      const ends = await withDeadline(renewSockets(this.#room.database(), sockets), CHECK_DEADLINE_MS);
      const now = Date.now();
      const endOf = ({ connection }: ConnectedSocket) => ends.get(connection.sessionId) ?? 0;
      const [open, closed] = partition(connected, ({ socket }) => this.#room.connections.get(socket) !== undefined);
      // They closed during the query, which may have renewed their rows after the removal.
      this.#room.rows.remove(...closed.map(({ connection }) => connection));
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

  #isConfirmed(socket: WebSocket, maxAgeMs: number): boolean {
    const age = Date.now() - (this.#confirmedAt.get(socket) ?? Number.NEGATIVE_INFINITY);
    return age >= 0 && age <= maxAgeMs;
  }
}

/** Frames must not wait forever because an alarm could not be set. */
function reportNoAlarm(error: unknown): false {
  logFailure("The alarm of a chat room could not be set; the next frame causes another check", error);
  return false;
}

/** @returns The items that match, and the rest. */
function partition<T>(items: readonly T[], matches: (item: T) => boolean): readonly [T[], T[]] {
  const { yes = [], no = [] } = Object.groupBy(items, (item) => (matches(item) ? "yes" : "no"));
  return [yes, no];
}
