/** Asks the database for a sign of life. */

/** @returns `failed` for any error: which one is for the logs of the database, not for whoever asks. */
export async function checkDatabase(db: D1Database): Promise<"ok" | "failed"> {
  try {
    await db.prepare("SELECT 1").first();
    return "ok";
  } catch {
    return "failed";
  }
}
