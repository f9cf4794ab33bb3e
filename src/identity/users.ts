/** Accounts in D1. */
import { v7 as uuidv7 } from "uuid";
import { foldCase } from "../web/text.ts";
import type { Role, User } from "./user.ts";

/** The columns of a user, of the table or its alias `users`. */
export const USER_COLUMNS =
  "users.id, users.email, users.name, users.role, users.email_verified AS emailVerified, users.created_at AS createdAt";

/** A row of those columns: SQLite has no booleans. */
export interface UserRow extends Omit<User, "emailVerified"> {
  readonly emailVerified: number;
}

/** Picks the user out of a row that may have more. */
export function toUser({ id, email, name, role, emailVerified, createdAt }: UserRow): User {
  return { id, email, name, role, emailVerified: emailVerified === 1, createdAt };
}

/** @returns Undefined where the address is taken; of accounts made at once, one is made. */
export async function createUser(
  db: D1Database,
  { email, name, passwordHash }: { readonly email: string; readonly name: string; readonly passwordHash: string },
): Promise<User | undefined> {
  const row = await db
    .prepare(
      `INSERT INTO users (id, email, name, role, password_hash, folded, created_at) VALUES (?, ?, ?, 'user', ?, ?, ?)
       ON CONFLICT (email) DO NOTHING RETURNING ${USER_COLUMNS}`,
    )
    .bind(uuidv7(), email, name, passwordHash, foldUser(email, name), new Date().toISOString())
    .first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** A user with the hash of the password: not to be shown. */
export interface Credentials extends User {
  readonly passwordHash: string;
}

/** @param by What the user is looked up by. */
export async function findCredentials(
  db: D1Database,
  by: { readonly email: string } | { readonly id: string },
): Promise<Credentials | undefined> {
  const [column, value] = "email" in by ? ["email", by.email] : ["id", by.id];
  const row = await db
    .prepare(`SELECT ${USER_COLUMNS}, users.password_hash AS passwordHash FROM users WHERE ${column} = ?`)
    .bind(value)
    .first<UserRow & { passwordHash: string }>();
  return row ? { ...toUser(row), passwordHash: row.passwordHash } : undefined;
}

export async function getUser(db: D1Database, id: string): Promise<User | undefined> {
  const row = await db.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE id = ?`).bind(id).first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** @returns Undefined where the user is gone. */
export async function renameUser(db: D1Database, { id, email }: User, name: string): Promise<User | undefined> {
  const row = await db
    .prepare(`UPDATE users SET name = ?, folded = ? WHERE id = ? RETURNING ${USER_COLUMNS}`)
    .bind(name, foldUser(email, name), id)
    .first<UserRow>();
  return row ? toUser(row) : undefined;
}

/**
 * The address is proved to be the user's; the one of the first administrator makes its user one.
 *
 * @returns Undefined where the user is gone.
 */
export async function markEmailVerified(db: D1Database, id: string, adminEmail: string): Promise<User | undefined> {
  const row = await db
    .prepare(
      `UPDATE users SET email_verified = 1, role = iif(email = ?, 'admin', role) WHERE id = ? RETURNING ${USER_COLUMNS}`,
    )
    .bind(adminEmail.trim().toLowerCase(), id)
    .first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** Replaces a hash that was made with older parameters, if it is still the one. */
export async function rehashPassword(db: D1Database, id: string, old: string, replacement: string): Promise<void> {
  await db
    .prepare("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
    .bind(replacement, id, old)
    .run();
}

/**
 * Sets a password and ends the user's sessions, in one transaction.
 *
 * @param keptSession The one that goes on; none without it.
 */
export async function changePassword(
  db: D1Database,
  userId: string,
  passwordHash: string,
  keptSession: string | null = null,
): Promise<void> {
  await db.batch([
    db.prepare("UPDATE users SET password_hash = ? WHERE id = ?").bind(passwordHash, userId),
    db.prepare("DELETE FROM sessions WHERE user_id = ?1 AND id IS NOT ?2").bind(userId, keptSession),
    db.prepare("DELETE FROM email_tokens WHERE user_id = ? AND purpose = 'reset'").bind(userId),
  ]);
}

/**
 * Lists users, the newest first; `q` is looked for in e-mail and name, as it stands.
 *
 * @returns Up to `limit + 1` users: the one too many tells that there are more.
 */
export async function listUsers(
  db: D1Database,
  { q, cursor, limit }: { readonly q: string; readonly cursor?: string | undefined; readonly limit: number },
): Promise<User[]> {
  const { results } = await db
    .prepare(
      `SELECT ${USER_COLUMNS} FROM users WHERE (?1 IS NULL OR id < ?1) AND (?2 = '' OR instr(folded, ?2) > 0)
       ORDER BY id DESC LIMIT ?3`,
    )
    .bind(cursor ?? null, foldCase(q), limit + 1)
    .all<UserRow>();
  return results.map(toUser);
}

/** There is always an administrator: in one statement, lest two of them remove each other. */
const NOT_THE_LAST = "(role <> 'admin' OR (SELECT count(*) FROM users WHERE role = 'admin') > 1)";

/** Why a user was not changed or removed. */
export type Refusal = "missing" | "last administrator";

export async function setRole(db: D1Database, id: string, role: Role): Promise<User | Refusal> {
  const row = await db
    .prepare(`UPDATE users SET role = ?2 WHERE id = ?1 AND (?2 = 'admin' OR ${NOT_THE_LAST}) RETURNING ${USER_COLUMNS}`)
    .bind(id, role)
    .first<UserRow>();
  return row ? toUser(row) : whyNot(db, id);
}

/** Removes a user with everything that belongs to the account. */
export async function deleteUser(db: D1Database, id: string): Promise<User | Refusal> {
  const row = await db
    .prepare(`DELETE FROM users WHERE id = ? AND ${NOT_THE_LAST} RETURNING ${USER_COLUMNS}`)
    .bind(id)
    .first<UserRow>();
  return row ? toUser(row) : whyNot(db, id);
}

async function whyNot(db: D1Database, id: string): Promise<Refusal> {
  return (await getUser(db, id)) ? "last administrator" : "missing";
}

/** What a search for users looks in. */
export function foldUser(email: string, name: string): string {
  return foldCase(`${email} ${name}`);
}
