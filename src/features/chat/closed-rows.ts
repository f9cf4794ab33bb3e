/** Deletes from D1 the rows of sockets that have closed. */
import { closeSockets } from "../../identity/sessions/sockets.ts";
import { logFailure } from "../../web/app/log.ts";
import type { Database } from "../../web/platform/request-database.ts";
import { WRITE_DEADLINE_MS, withDeadline } from "../../web/platform/transient.ts";
import type { Connection } from "./connection.ts";
import { Throttle } from "./throttle.ts";

/** The shortest time between two removals. */
export const REMOVAL_INTERVAL_MS = 100;

/** If several sockets close at about the same time, one statement removes their rows. */
export class ClosedRows {
  readonly #database: () => Database;
  readonly #removals = new Throttle(REMOVAL_INTERVAL_MS, () => this.removeNow());
  #closed: Connection[] = [];

  constructor(database: () => Database) {
    this.#database = database;
  }

  /** Removes rows, possibly together with those of sockets that close a moment later. */
  remove(...connections: readonly Connection[]): void {
    this.#closed.push(...connections);
    this.#removals.request();
  }

  /** Removes the pending rows now. Never rejects. */
  async removeNow(): Promise<void> {
    if (this.#closed.length === 0) return;
    const ids = this.#closed.map(({ socketId }) => socketId);
    this.#closed = [];
    try {
      await withDeadline(closeSockets(this.#database(), ids), WRITE_DEADLINE_MS);
    } catch (error) {
      logFailure("The rows of closed sockets could not be removed; they will expire", error);
    }
  }
}
