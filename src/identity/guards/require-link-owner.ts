/** Requires that the client that uses a mailed link is signed in to its account or knows its password. */
import type { AppLocals } from "../../env.ts";
import type { Guard } from "../../http/index.ts";
import type { AttemptLocals } from "../../limits/limit-attempts.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { fieldOf, type InputContext, type ParsedForm } from "../../web/request/parsed-input.ts";
import { refuse } from "../../web/respond/refuse.ts";
import type { HashingLocals } from "./require-hashing-capacity.ts";
import type { LinkLocals } from "./require-link.ts";

type LinkOwnerNeeds = AppLocals & LinkLocals & AttemptLocals & HashingLocals & ParsedForm;

/**
 * Requires that the client is signed in to the account of the link, or sends the password of the account. Denies with
 * 401 a client that does neither. The mail alone is not enough: it proves ownership of
 * the address, but a stranger may have registered the account and chosen the password.
 *
 * @param refused Creates the response of a denial, such as the form again. Its status must be 401.
 */
export function requireLinkOwner<TPage extends AppLocals = AppLocals>(
  refused: (c: InputContext<TPage>) => Response | Promise<Response> = refuseSender,
): Guard<LinkOwnerNeeds & TPage> {
  async function requireLinkOwner(c: InputContext<LinkOwnerNeeds & TPage>) {
    const { link, hashing, attempt } = c.locals;
    if (link.isOwnerSignedIn) return { allow: true } as const;
    const password = fieldOf(c, "password");
    if (!password) return { deny: await refused(c) };
    if (!hashing.verify(password, link.user.passwordHash)) {
      await attempt.fail();
      return { deny: await refused(c) };
    }
    await attempt.succeed();
    return { allow: true } as const;
  }
  return stateFacts(requireLinkOwner, {
    denies: [401],
    explanation:
      "Requires that the client is signed in to the account of the link, or sends the password of the account.",
  });
}

function refuseSender(c: InputContext<AppLocals>): Response {
  return refuse(c, 401, "Sign in to the account of this link, or send its password.", { "WWW-Authenticate": "Bearer" });
}
