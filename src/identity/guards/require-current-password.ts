/** Requires the user's current password in the body, from a signed-in session. */
import type { AppLocals } from "../../env.ts";
import type { Guard } from "../../http/index.ts";
import type { AttemptLocals } from "../../limits/limit-attempts.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { fieldOf, type InputContext, type ParsedForm } from "../../web/request/parsed-input.ts";
import { invalidInput } from "../../web/respond/problem.ts";
import { deny, refuse } from "../../web/respond/refuse.ts";
import { checkPassword } from "../passwords/check-password.ts";
import { endSession } from "../users/account-events.ts";
import type { SessionAuth, SignedIn } from "../users/user.ts";
import type { Credentials } from "../users/users.ts";
import type { HashingLocals } from "./require-hashing-capacity.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    credentials: "credentials (by requireCurrentPassword)";
  }
}

/** The user whose password was just checked. */
export interface CurrentPasswordLocals {
  readonly credentials: Credentials;
  readonly auth: SessionAuth;
}

type CurrentPasswordNeeds = AppLocals & SignedIn & AttemptLocals & HashingLocals & ParsedForm;

/**
 * Requires the user's current password. Supplies `credentials`, and `auth` narrowed to a session. Denies an API key and
 * a wrong password with 403, invalid input with 400 or 413. The last wrong password that `rateLimit(session-password)` admits
 * ends the session.
 *
 * @param refused Creates the response of a denial, such as the form again. `isWrong`: the password was checked.
 * @param refusedWith The statuses of these responses.
 */
export function requireCurrentPassword<TPage extends AppLocals = AppLocals>(
  refused: (c: InputContext<TPage>, isWrong: boolean) => Response | Promise<Response> = refusePassword,
  refusedWith: readonly number[] = [400, 413],
): Guard<CurrentPasswordNeeds & TPage, CurrentPasswordLocals> {
  async function requireCurrentPassword(c: InputContext<CurrentPasswordNeeds & TPage>) {
    const { db, user, hashing, attempt } = c.locals;
    const auth: SignedIn["auth"] = c.locals.auth;
    if (auth.via === "key") return deny(c, 403, "API keys are not accepted here. Sign in.");
    const password = fieldOf(c, "currentPassword") ?? fieldOf(c, "password");
    if (password === undefined) return { deny: await refused(c, false) };
    const credentials = await checkPassword(db, hashing, { id: user.id }, password);
    if (credentials) {
      await attempt.succeed();
      return { allow: true, locals: { credentials, auth } } as const;
    }
    await attempt.fail();
    const denied = await refused(c, true);
    if (attempt.remaining === 0) await endSession(c, user.id, auth.sessionId);
    return { deny: denied };
  }
  return stateFacts(requireCurrentPassword, {
    denies: [...new Set([403, ...refusedWith])].sort(),
    explanation: "Requires the user's current password.",
  });
}

function refusePassword(c: InputContext<AppLocals>, isWrong: boolean): Response {
  return isWrong || c.input.ok ? refuse(c, 403, "The current password is wrong.") : invalidInput(c.locals, c.input);
}
