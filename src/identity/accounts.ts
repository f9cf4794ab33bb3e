/** What is done with accounts and passwords, for the API and the pages alike. */
import { useEmailToken } from "./email-tokens.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password-hash.ts";
import type { User } from "./user.ts";
import { changePassword, findCredentials, getUser, markEmailVerified, rehashPassword } from "./users.ts";

/** A user whose password was checked, and the hash that it was checked against. */
export interface CheckedUser extends User {
  readonly passwordHash: string;
}

/**
 * Checks a password. An address without an account takes as long as a wrong password: one hash.
 *
 * @returns Undefined for the wrong password and for no account, which nobody is told apart.
 */
export async function checkPassword(
  db: D1Database,
  by: { readonly email: string } | { readonly id: string },
  password: string,
): Promise<CheckedUser | undefined> {
  const found = await findCredentials(db, by);
  if (!verifyPassword(password, found?.passwordHash) || !found) return undefined;
  const { user, passwordHash } = found;
  if (!isOutdated(passwordHash)) return { ...user, passwordHash };
  const replacement = hashPassword(password);
  await rehashPassword(db, user.id, passwordHash, replacement);
  return { ...user, passwordHash: replacement };
}

/** Uses a mailed token up and sets the password. It proves the address, too. @returns Whether the token was good. */
export async function resetPassword(
  db: D1Database,
  { token, password }: { readonly token: string; readonly password: string },
  adminEmail: string,
): Promise<boolean> {
  const userId = await useEmailToken(db, token, "reset");
  if (userId === undefined) return false;
  await changePassword(db, userId, hashPassword(password));
  await markEmailVerified(db, userId, adminEmail);
  return true;
}

/** Uses a mailed token up. @returns The user, whose address is proved now; undefined where the token is no good. */
export async function verifyEmail(db: D1Database, token: string, adminEmail: string): Promise<User | undefined> {
  const userId = await useEmailToken(db, token, "verify");
  if (userId === undefined) return undefined;
  await markEmailVerified(db, userId, adminEmail);
  return getUser(db, userId);
}
