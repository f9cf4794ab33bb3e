/** Accounts in D1. */
import { v7 as uuidv7 } from "uuid";
import { foldCase } from "../../web/request/text.ts";
import type { Role, User } from "./user.ts";

/** The columns of a user, of the table or its alias `users`. */
export const USER_COLUMNS =
  "users.id, users.email, users.name, users.role, users.email_verified AS emailVerified, users.created_at AS createdAt";

/** A row of those columns: SQLite has no booleans. */
export interface UserRow extends Omit<User, "emailVerified"> {
  readonly emailVerified: number;
}

/** The user without anything that a response must not show. */
export function toPublicUser({ id, email, name, role, emailVerified, createdAt }: User): User {
  return { id, email, name, role, emailVerified, createdAt };
}

/** Picks the user out of a row that may have more. */
export function toUser({ id, email, name, role, emailVerified, createdAt }: UserRow): User {
  return { id, email, name, role, emailVerified: emailVerified === 1, createdAt };
}

/** @returns Undefined where the address is taken; of accounts made at once, one is made. */
export async function createUser(
  db: D1Database,
  { email, name, passwordHash }: { readonly email: string; readonly name: string; readonly passwordHash: string },
): Promise<Credentials | undefined> {
  const row = await db
    .prepare(
      `INSERT INTO users (id, email, name, role, password_hash, folded, created_at) VALUES (?, ?, ?, 'user', ?, ?, ?)
       ON CONFLICT (email) DO NOTHING RETURNING ${CREDENTIAL_COLUMNS}`,
    )
    .bind(uuidv7(), email, name, passwordHash, foldUser(email, name), new Date().toISOString())
    .first<CredentialRow>();
  return row ? toCredentials(row) : undefined;
}

/** A user with everything that proves or ends a sign-in: never part of a response. */
export interface Credentials extends User {
  readonly passwordHash: string;
  /** Part of every device token: raising it ends them all. */
  readonly credentialEpoch: number;
}

/** The columns of `Credentials`. */
export const CREDENTIAL_COLUMNS = `${USER_COLUMNS}, users.password_hash AS passwordHash,
  users.credential_epoch AS credentialEpoch`;

/** A row of those columns. */
export interface CredentialRow extends UserRow {
  readonly passwordHash: string;
  readonly credentialEpoch: number;
}

export function toCredentials(row: CredentialRow): Credentials {
  const { passwordHash, credentialEpoch } = row;
  return { ...toUser(row), passwordHash, credentialEpoch };
}

/** @param by The column to look the user up by. */
export async function findCredentials(
  db: D1Database,
  by: { readonly email: string } | { readonly id: string },
): Promise<Credentials | undefined> {
  const [column, value] = "email" in by ? ["email", by.email] : ["id", by.id];
  const row = await db
    .prepare(`SELECT ${CREDENTIAL_COLUMNS} FROM users WHERE ${column} = ?`)
    .bind(value)
    .first<CredentialRow>();
  return row ? toCredentials(row) : undefined;
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
 * Makes the account of `ADMIN_EMAIL` the first administrator: only while its address is proved and there is no
 * administrator, in one statement. So a demotion lasts until another administrator reverses it.
 *
 * @param adminEmail In the stored form.
 * @returns The user; undefined where nothing has changed.
 */
export async function claimFirstAdministrator(
  db: D1Database,
  id: string,
  adminEmail: string,
): Promise<User | undefined> {
  const row = await db
    .prepare(
      `UPDATE users SET role = 'admin' WHERE id = ? AND email = ? AND email_verified = 1
         AND NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin') RETURNING ${USER_COLUMNS}`,
    )
    .bind(id, adminEmail)
    .first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** Replaces a hash that was made with older parameters. @returns False where it is not the user's any more. */
export async function rehashPassword(db: D1Database, id: string, old: string, replacement: string): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
    .bind(replacement, id, old)
    .run();
  return meta.changes > 0;
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

/** There is always an administrator: in one statement, so that two of them cannot remove each other. */
const NOT_LAST_ADMIN = "(role <> 'admin' OR (SELECT count(*) FROM users WHERE role = 'admin') > 1)";

/** Why a user was not changed or removed. */
export type UserRefusal = "missing" | "last administrator" | "address not verified";

/** A user whose role was set. */
export interface ChangedRole {
  readonly user: User;
  /** Whether the user had another role before. */
  readonly isNew: boolean;
}

/** Sets a role. A demotion ends the user's open links as well. A user with an address not verified gets no new role. */
export async function setRole(db: D1Database, id: string, role: Role): Promise<ChangedRole | UserRefusal> {
  const [before, , changed] = await db.batch<UserRow>([
    db.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE id = ?`).bind(id),
    db
      .prepare(
        `DELETE FROM email_tokens WHERE user_id = ?1 AND ?2 = 'user'
         AND EXISTS (SELECT 1 FROM users WHERE id = ?1 AND role = 'admin' AND ${NOT_LAST_ADMIN})`,
      )
      .bind(id, role),
    db
      .prepare(
        `UPDATE users SET role = ?2 WHERE id = ?1
         AND ((?2 = 'admin' AND email_verified = 1) OR (?2 = 'user' AND ${NOT_LAST_ADMIN})) RETURNING ${USER_COLUMNS}`,
      )
      .bind(id, role),
  ]);
  const [old, row] = [before?.results[0], changed?.results[0]];
  if (row) return { user: toUser(row), isNew: old?.role !== role };
  if (!old) return "missing";
  return role === "admin" ? "address not verified" : "last administrator";
}

/** Removes a user with everything that belongs to the account. */
export async function deleteUser(db: D1Database, id: string): Promise<User | UserRefusal> {
  const row = await db
    .prepare(`DELETE FROM users WHERE id = ? AND ${NOT_LAST_ADMIN} RETURNING ${USER_COLUMNS}`)
    .bind(id)
    .first<UserRow>();
  if (row) return toUser(row);
  return (await getUser(db, id)) ? "last administrator" : "missing";
}

/** What a search for users looks in. */
export function foldUser(email: string, name: string): string {
  return foldCase(`${email} ${name}`);
}
