/** Sign-in with a password, for both the API and the pages. */
import type { AppContext } from "../../env.ts";
import type { AttemptLocals } from "../../limits/limit-attempts.ts";
import type { HashingLocals } from "../guards/require-hashing-capacity.ts";
import { checkPassword } from "../passwords/check-password.ts";
import { deviceCookie } from "../sessions/cookies.ts";
import { createDeviceId, isDeviceToken, verifyDeviceToken } from "../tokens/device-token.ts";
import { readTokenKeys } from "../tokens/token-keys.ts";
import { becomeFirstAdministrator } from "./account-events.ts";
import type { Credentials } from "./users.ts";

/**
 * Checks a password and settles the attempt that `rateLimit(account)` has reserved.
 *
 * @returns The user and a device id: that of the device token in the request, or a new one. Undefined for a wrong
 *   password or an unknown account.
 */
export async function checkSignIn(
  { request, locals }: AppContext<HashingLocals & AttemptLocals>,
  given: { readonly email: string; readonly password: string; readonly deviceToken?: string | undefined },
): Promise<{ readonly user: Credentials; readonly deviceId: string } | undefined> {
  const { db, env, hashing, attempt } = locals;
  const user = await checkPassword(db, hashing, given, given.password);
  if (!user) {
    await attempt.fail();
    return undefined;
  }
  await attempt.succeed();
  const token = given.deviceToken ?? deviceCookie.read(request, env);
  const known = isDeviceToken(token) ? verifyDeviceToken(readTokenKeys(env.TOKEN_KEYS), user, token) : undefined;
  return { user: await becomeFirstAdministrator(locals, user), deviceId: known ?? createDeviceId() };
}
