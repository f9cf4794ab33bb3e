/** Accounts in D1. */
import { v7 as uuidv7 } from "uuid";
import type { Database } from "../../web/platform/request-database.ts";
import type { Role, User } from "./user.ts";

/** The columns of a user, in the table `users` or an alias of that name. */
export const USER_COLUMNS =
  "users.id, users.email, users.name, users.role, users.email_verified AS emailVerified, users.created_at AS createdAt";

/** A row of these columns: SQLite has no booleans. */
export interface UserRow extends Omit<User, "emailVerified"> {
  readonly emailVerified: number;
}

/** Removes everything that a response must not show. */
export function toPublicUser({ id, email, name, role, emailVerified, createdAt }: User): User {
  return { id, email, name, role, emailVerified, createdAt };
}

/** Converts a row, which may have more columns, to a user. */
export function toUser({ id, email, name, role, emailVerified, createdAt }: UserRow): User {
  return { id, email, name, role, emailVerified: emailVerified === 1, createdAt };
}

/** @returns Undefined if the address is taken. Of concurrent calls with the same address, only one succeeds. */
export async function createUser(
  db: Database,
  { email, name, passwordHash }: { readonly email: string; readonly name: string; readonly passwordHash: string },
): Promise<Credentials | undefined> {
  const row = await db
    .prepare(
      // The condition, since a row that ON CONFLICT refuses uses up a number. That clause is for concurrent calls.
      `INSERT INTO users (id, email, name, role, password_hash, created_at) SELECT ?1, ?2, ?3, 'user', ?4, ?5
       WHERE NOT EXISTS (SELECT 1 FROM users WHERE email = ?2) ON CONFLICT (email) DO NOTHING RETURNING ${CREDENTIAL_COLUMNS}`,
    )
    .bind(uuidv7(), email, name, passwordHash, new Date().toISOString())
    .first<CredentialRow>();
  return row ? toCredentials(row) : undefined;
}

/** A user with the data that authenticates sign-ins: never part of a response. */
export interface Credentials extends User {
  readonly passwordHash: string;
  /** Part of every device token: raising it ends them all. */
  readonly credentialEpoch: number;
}

/** The columns of `Credentials`. */
export const CREDENTIAL_COLUMNS = `${USER_COLUMNS}, users.password_hash AS passwordHash,
  users.credential_epoch AS credentialEpoch`;

/** A row of these columns. */
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
  db: Database,
  by: { readonly email: string } | { readonly id: string },
): Promise<Credentials | undefined> {
  const [column, value] = "email" in by ? ["email", by.email] : ["id", by.id];
  const row = await db
    .prepare(`SELECT ${CREDENTIAL_COLUMNS} FROM users WHERE ${column} = ?`)
    .bind(value)
    .first<CredentialRow>();
  return row ? toCredentials(row) : undefined;
}

export async function getUser(db: Database, id: string): Promise<User | undefined> {
  const row = await db.prepare(`SELECT ${USER_COLUMNS} FROM users WHERE id = ?`).bind(id).first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** @returns Undefined if the user no longer exists. */
export async function renameUser(db: Database, { id }: User, name: string): Promise<User | undefined> {
  const row = await db
    .prepare(`UPDATE users SET name = ? WHERE id = ? RETURNING ${USER_COLUMNS}`)
    .bind(name, id)
    .first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** Reads the table of users, to check that the database responds and has its tables. @throws If it does not. */
export async function readAnyUser(db: Database): Promise<void> {
  await db.prepare("SELECT 1 FROM users LIMIT 1").first();
}

/**
 * Makes the account of `ADMIN_EMAIL` the first administrator, in one statement, if its address is verified and there is
 * no administrator. So a demotion lasts until another administrator reverses it.
 *
 * @param adminEmail The address in its stored form.
 * @returns The user; undefined if nothing was changed.
 */
export async function claimFirstAdministrator(db: Database, id: string, adminEmail: string): Promise<User | undefined> {
  const row = await db
    .prepare(
      `UPDATE users SET role = 'admin' WHERE id = ? AND email = ? AND email_verified = 1
         AND NOT EXISTS (SELECT 1 FROM users WHERE role = 'admin') RETURNING ${USER_COLUMNS}`,
    )
    .bind(id, adminEmail)
    .first<UserRow>();
  return row ? toUser(row) : undefined;
}

/** Replaces a hash with outdated parameters. @returns False if `old` is no longer the user's hash. */
export async function rehashPassword(db: Database, id: string, old: string, replacement: string): Promise<boolean> {
  const { meta } = await db
    .prepare("UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?")
    .bind(replacement, id, old)
    .run();
  return meta.changes > 0;
}

/** Keeps at least one administrator: part of each statement, so that two administrators cannot remove each other. */
const NOT_LAST_ADMIN = `(users.role <> 'admin' OR EXISTS (
  SELECT 1 FROM users AS other WHERE other.role = 'admin' AND other.id <> users.id))`;

/** The reason why a user was not changed or deleted. */
export type UserRefusal = "missing" | "last administrator" | "address not verified";

export interface ChangedRole {
  readonly user: User;
  /** Whether the user had a different role before. */
  readonly isNew: boolean;
}

/** Sets a role. A demotion also ends the user's mailed links. Only a user with a verified address can be promoted. */
export async function setRole(db: Database, id: string, role: Role): Promise<ChangedRole | UserRefusal> {
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

/**
 * Deletes a user and all credentials of the account. A trigger records the user in `deleted_users`; see `erasure.ts`.
 */
export async function deleteUser(db: Database, id: string): Promise<User | UserRefusal> {
  const row = await db
    .prepare(`DELETE FROM users WHERE id = ? AND ${NOT_LAST_ADMIN} RETURNING ${USER_COLUMNS}`)
    .bind(id)
    .first<UserRow>();
  if (row) return toUser(row);
  return (await getUser(db, id)) ? "last administrator" : "missing";
}
