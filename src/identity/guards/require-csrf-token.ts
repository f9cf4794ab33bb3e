/** Requires that a form carries the CSRF token of the session. */
import type { Context, Guard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { FormLocals } from "../../web/guards/require-form.ts";
import type { ProblemLocals } from "../../web/respond/problem.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SessionLocals } from "../sessions/page-session.ts";
import { equalSecrets } from "../tokens/secret.ts";

type CsrfTokenNeeds = ProblemLocals & SessionLocals & Pick<FormLocals, "form">;

/**
 * Requires that the form carries the CSRF token of the session. Denies with 403 a form whose field `csrf` is not that
 * token.
 */
export const requireCsrfToken: Guard<CsrfTokenNeeds> = stateFacts(
  function requireCsrfToken(c: Context<unknown, unknown, unknown, CsrfTokenNeeds>) {
    const { form, session } = c.locals;
    if (session.csrf !== "" && equalSecrets(form.csrf ?? "", session.csrf)) return { allow: true };
    return deny(c, 403, "This form belongs to another session or has expired. Open the page again.");
  },
  {
    denies: [403],
    explanation: "Requires that the form carries the CSRF token of the session.",
    // Only a cookie has a session with a token.
    preview: ({ locals: { auth } }) => (auth && auth.via !== "session" ? "deny" : "depends"),
  },
);
