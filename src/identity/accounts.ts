/** What is done with accounts and passwords, for the API and the pages alike. */
import { useEmailToken } from "./email-tokens.ts";
import { hashPassword, isOutdated, verifyPassword } from "./password-hash.ts";
import type { User } from "./user.ts";
import { type Credentials, changePassword, findCredentials, markEmailVerified, rehashPassword } from "./users.ts";

/**
 * Checks a password. An address without an account takes as long as a wrong password: one hash.
 *
 * @returns The user with the hash that the password fits. Undefined for the wrong password and for no account, which nobody is told apart.
 */
export async function checkPassword(
  db: D1Database,
  by: { readonly email: string } | { readonly id: string },
  password: string,
): Promise<Credentials | undefined> {
  const found = await findCredentials(db, by);
  if (!verifyPassword(password, found?.passwordHash) || !found) return undefined;
  if (!isOutdated(found.passwordHash)) return found;
  const passwordHash = hashPassword(password);
  await rehashPassword(db, found.id, found.passwordHash, passwordHash);
  return { ...found, passwordHash };
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
  return userId === undefined ? undefined : markEmailVerified(db, userId, adminEmail);
}
