/** Lets one process at a time do some work. */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Long enough for a set-up on a slow machine. */
const MAX_WAIT_MS = 120_000;

/**
 * Runs the work while no other process runs work with the same file. The lock is one on a SQLite file, which the
 * operating system releases with its process, so a process that is killed leaves no stale lock.
 *
 * @param path The file of the lock; it is created and never deleted.
 * @param onWait Called before waiting for another process.
 * @throws Error if the other process does not finish in time.
 */
export async function withLock(path: string, work: () => Promise<void>, onWait: () => void): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const lock = new DatabaseSync(path);
  try {
    if (!tryLock(lock, 0)) {
      onWait();
      if (!tryLock(lock, MAX_WAIT_MS))
        throw new Error(`Another process has held the lock ${path} for too long. End it, then try again.`);
    }
    await work();
  } finally {
    lock.close();
  }
}

function tryLock(lock: DatabaseSync, waitMs: number): boolean {
  try {
    lock.exec(`PRAGMA busy_timeout = ${waitMs}; BEGIN EXCLUSIVE`);
    return true;
  } catch (error) {
    const SQLITE_BUSY = 5;
    if ((error as { readonly errcode?: number }).errcode === SQLITE_BUSY) return false;
    throw error;
  }
}
