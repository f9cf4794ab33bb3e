/** A query that needs the database and nothing in it. */

export async function ping(db: D1Database): Promise<void> {
  await db.prepare("SELECT 1").first();
}
