/** Requires a valid mailed link. */
import type { AppLocals } from "../../env.ts";
import type { Guard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { fieldOf, type InputContext, type ParsedForm } from "../../web/request/parsed-input.ts";
import { invalidInput } from "../../web/respond/problem.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { identify } from "../sessions/identify.ts";
import { type EmailPurpose, findTokenOwner } from "../tokens/email-tokens.ts";
import type { Credentials } from "../users/users.ts";

declare module "../../http/index.ts" {
  interface SuppliedBy {
    link: "link (by requireLink)";
  }
}

/** A valid link. The guard does not use it up. */
export interface Link {
  readonly token: string;
  /** The account that the link was mailed to. */
  readonly user: Credentials;
  /** Whether the request comes from a session of that account. */
  readonly isOwnerSignedIn: boolean;
}

export interface LinkLocals {
  readonly link: Link;
}

type LinkNeeds = AppLocals & ParsedForm;

export const LINK_ENDED = "This link no longer works. Ask for a new one.";

/**
 * Requires a valid mailed link. Supplies `link`. Denies invalid input with 400 or 413, and a token that is unknown,
 * used or expired with 422.
 *
 * @param refused Creates the response of a denial, such as the form again.
 * @param refusedWith The statuses of these responses.
 */
export function requireLink<TPage extends AppLocals = AppLocals>(
  purpose: EmailPurpose,
  refused: (c: InputContext<TPage>) => Response | Promise<Response> = refuseLink,
  refusedWith: readonly number[] = [400, 413, 422],
): Guard<LinkNeeds & TPage, LinkLocals> {
  async function requireLink(c: InputContext<LinkNeeds & TPage>) {
    const token = fieldOf(c, "token");
    const user = token === undefined ? undefined : await findTokenOwner(c.locals.db, token, purpose);
    if (token === undefined || !user) return { deny: await refused(c) };
    const { signedIn } = await identify(c);
    const isOwnerSignedIn = signedIn?.user.id === user.id && signedIn.auth.via !== "key";
    return { allow: true, locals: { link: { token, user, isOwnerSignedIn } } } as const;
  }
  return stateFacts(requireLink, {
    denies: refusedWith,
    explanation: "Requires a valid mailed link.",
    detail: purpose,
  });
}

function refuseLink(c: InputContext<AppLocals>): Response {
  return c.input.ok ? refuse(c, 422, LINK_ENDED) : invalidInput(c.locals, c.input);
}
