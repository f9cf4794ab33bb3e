/** Checks passwords and hashes new ones, for both the API and the pages. */
import type { Env } from "../../env.ts";
import type { Database } from "../../web/platform/request-database.ts";
import type { User } from "../users/user.ts";
import { type Credentials, findCredentials, rehashPassword } from "../users/users.ts";
import type { HashingTurn } from "./hashing-turn.ts";
import { isOutdated } from "./password-hash.ts";
import { personalProblem } from "./password-rules.ts";

/**
 * Checks a password. An address without an account takes as long as a wrong password: one hash.
 *
 * @returns The user with the hash that the password matches; undefined for a wrong password or an unknown account.
 */
export async function checkPassword(
  db: Database,
  hashing: HashingTurn,
  by: { readonly email: string } | { readonly id: string },
  password: string,
): Promise<Credentials | undefined> {
  const found = await findCredentials(db, by);
  if (!hashing.verify(password, found?.passwordHash) || !found) return undefined;
  if (!isOutdated(found.passwordHash)) return found;
  const passwordHash = hashing.hash(password);
  if (await rehashPassword(db, found.id, found.passwordHash, passwordHash)) return { ...found, passwordHash };
  // Meanwhile, another sign-in has replaced the hash, or the password has changed.
  const current = await findCredentials(db, { id: found.id });
  return current && hashing.verify(password, current.passwordHash) ? current : undefined;
}

/** The hash of a new password, or the reason why its owner must not use it. */
export type NewPassword = { readonly hash: string } | { readonly problem: string };

/** Hashes a new password, unless it is derived from its owner's name or address. Every stored hash is created here. */
export function hashNewPassword(
  { ENVIRONMENT }: Pick<Env, "ENVIRONMENT">,
  hashing: HashingTurn,
  owner: Pick<User, "email" | "name">,
  password: string,
): NewPassword {
  const problem = personalProblem(password, owner, ENVIRONMENT === "development");
  return problem === undefined ? { hash: hashing.hash(password) } : { problem };
}
