/** Requires that a WebSocket handshake that a browser sends comes from a page of ours: no policy keeps other sites from sending one. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/guard-facts.ts";
import type { ProblemLocals } from "../../web/problem.ts";
import { deny } from "../../web/refuse.ts";
import type { SignedIn } from "../user.ts";

type Needs = ProblemLocals & SignedIn;

/**
 * Denies with 403 a foreign `Origin` (RFC 6455 §10.2), and a session cookie without one: every browser says from where
 * it opens a WebSocket. A client with an access token is none, and need not.
 */
export const requireOwnOrigin: Guard<Needs> = stateFacts(
  headGuard(function requireOwnOrigin({ request, locals }: HeadContext<Needs>) {
    const origin = request.headers.get("Origin");
    const isOwn = origin === null ? locals.auth.via !== "session" : origin === new URL(request.url).origin;
    return isOwn ? { allow: true } : deny({ request, locals }, 403, "Pages of that origin may not open this socket.");
  }),
  { denies: [403] },
);
