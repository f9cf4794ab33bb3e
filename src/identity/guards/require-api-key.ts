/** Requires an API key: a session or an access token is not enough. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { deny } from "../../web/respond/refuse.ts";
import { identify } from "../sessions/identify.ts";
import type { SignedIn } from "../users/user.ts";

/** RFC 9110 §15.5.2 requires a challenge; no registered scheme describes an API key. */
const CHALLENGE = 'ApiKey header="X-API-Key"';

/**
 * Requires an API key; sessions and access tokens are not accepted. Supplies `user` and `auth`. Denies with 401 a
 * request without a valid `X-API-Key`.
 */
export const requireApiKey: Guard<AppLocals, SignedIn> = stateFacts(
  headGuard(async function requireApiKey(c: HeadContext<AppLocals>) {
    const { signedIn, problem } = await identify(c);
    if (signedIn?.auth.via === "key") return { allow: true, locals: signedIn };
    const detail = problem === "expired key" ? "The API key has expired." : "Send a valid API key in X-API-Key.";
    return deny(c, 401, detail, { "WWW-Authenticate": CHALLENGE });
  }),
  {
    denies: [401],
    explanation: "Requires an API key; sessions and access tokens are not accepted.",
    credentials: ["key"],
    preview: ({ locals: { auth } }) => (auth?.via === "key" ? "allow" : "deny"),
  },
);
