/** The account of the objects in R2 that no file has: named before they are stored, until they are removed. */
import type { Env } from "../../env.ts";
import { logFailure } from "../../web/app/log.ts";

/** Where files are kept: their rows, their bytes. */
export type Storage = Pick<Env, "DB" | "FILES">;

/** How long an upload may take, and how late a write may land that was given up. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/** Names an object that is about to be stored. */
export async function nameObject(db: D1Database, key: string): Promise<void> {
  await db
    .prepare("INSERT INTO loose_objects VALUES (?, 0, ?)")
    .bind(key, Date.now() + GRACE_MS)
    .run();
}

/**
 * Removes those of the objects that no file has. What fails is left to the sweep.
 *
 * @param isSettled Whether their every write was answered. One that was not may land late: the sweep looks again.
 */
export async function removeObjects(
  { DB, FILES }: Storage,
  keys: readonly string[],
  isSettled: boolean,
): Promise<void> {
  if (keys.length === 0) return;
  try {
    const condemned = await condemnObjects(DB, keys);
    await FILES.delete(condemned);
    if (isSettled) await forgetObjects(DB, condemned);
  } catch (error) {
    logFailure("Objects without a file could not be removed; the sweep will do it", error);
  }
}

/** What R2 removes at once. */
const BATCH = 1000;

/**
 * Removes what uploads and deletions have left. Safe to run twice, also at once; the next run makes up for one that
 * fails.
 */
export async function sweepObjects({ DB, FILES }: Storage): Promise<void> {
  await inBatches(async () => {
    const abandoned = await condemnAbandoned(DB, BATCH);
    if (abandoned.length > 0) await FILES.delete(abandoned);
    return abandoned.length;
  });
  await inBatches(async () => {
    const condemned = await listCondemned(DB, BATCH);
    if (condemned.length > 0) await FILES.delete(condemned);
    await forgetObjects(DB, condemned);
    return condemned.length;
  });
}

/** @param work On up to `BATCH`; says how many there were. */
async function inBatches(work: () => Promise<number>): Promise<void> {
  while ((await work()) === BATCH);
}

/** @returns Those of the objects that no file has, nor will ever have: they are to be removed. */
function condemnObjects(db: D1Database, keys: readonly string[]): Promise<string[]> {
  return keysOf(
    db
      .prepare(
        `INSERT INTO loose_objects SELECT value, 1, ?2 FROM json_each(?1)
         WHERE value NOT IN (SELECT object_key FROM files)
         ON CONFLICT (object_key) DO UPDATE SET is_condemned = 1, due_at = ?2 RETURNING object_key AS key`,
      )
      .bind(JSON.stringify(keys), Date.now() + GRACE_MS),
  );
}

/** The same of objects that uploads have left, up to `limit` of them. */
function condemnAbandoned(db: D1Database, limit: number): Promise<string[]> {
  const now = Date.now();
  return keysOf(
    db
      .prepare(
        `UPDATE loose_objects SET is_condemned = 1, due_at = ? WHERE object_key IN
           (SELECT object_key FROM loose_objects WHERE is_condemned = 0 AND due_at <= ? LIMIT ?)
         RETURNING object_key AS key`,
      )
      .bind(now + GRACE_MS, now, limit),
  );
}

/** Objects that were condemned long enough ago for nothing to come after, up to `limit` of them. */
function listCondemned(db: D1Database, limit: number): Promise<string[]> {
  return keysOf(
    db
      .prepare("SELECT object_key AS key FROM loose_objects WHERE is_condemned = 1 AND due_at <= ? LIMIT ?")
      .bind(Date.now(), limit),
  );
}

/** Strikes objects off the account that have been removed for good. */
async function forgetObjects(db: D1Database, keys: readonly string[]): Promise<void> {
  await db
    .prepare("DELETE FROM loose_objects WHERE object_key IN (SELECT value FROM json_each(?))")
    .bind(JSON.stringify(keys))
    .run();
}

async function keysOf(statement: D1PreparedStatement): Promise<string[]> {
  const { results } = await statement.all<{ key: string }>();
  return results.map(({ key }) => key);
}
