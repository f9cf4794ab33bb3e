/** Migrates the local database and adds the demonstration accounts. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { v7 as uuidv7 } from "uuid";
import { unstable_splitSqlQuery } from "wrangler";
import { hashPassword } from "../src/identity/passwords/password-hash.ts";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "../src/web/pages/demo-data.ts";
import { root } from "./wrangler.ts";

/**
 * Applies migrations as `wrangler d1 migrations apply` does: each in a transaction, and recorded in a table. If the
 * set-up is killed, that command would keep running beside the next set-up; this ends with its process. Then adds the
 * accounts.
 *
 * @param names The missing files in `migrations`, in order.
 * @param table Where applied migrations are recorded.
 * @throws Error that names the migration if its SQL fails. Earlier ones stay applied.
 */
export async function migrateLocally(db: D1Database, names: readonly string[], table: string): Promise<void> {
  await db
    .prepare(
      `CREATE TABLE IF NOT EXISTS "${table}" (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`,
    )
    .run();
  for (const name of names) {
    const statements = unstable_splitSqlQuery(readFileSync(join(root, "migrations", name), "utf8"));
    const record = db.prepare(`INSERT INTO "${table}" (name) VALUES (?)`).bind(name);
    try {
      await db.batch([...statements.map((sql) => db.prepare(sql)), record]);
    } catch (error) {
      throw new Error(`migrations/${name} could not be applied: ${(error as Error).message}`, { cause: error });
    }
    console.log(`Migrated: ${name}`);
  }
  await db.batch(DEMO_ACCOUNTS.map((account) => insertAccount(db, account)));
}

/** Inserts an account with a verified address, unless the address is taken. */
function insertAccount(db: D1Database, { email, name, role }: (typeof DEMO_ACCOUNTS)[number]): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO users (id, email, name, role, password_hash, created_at, email_verified)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, 1 WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ?2)`,
    )
    .bind(uuidv7(), email, name, role, hashPassword(DEMO_PASSWORD), new Date().toISOString());
}
