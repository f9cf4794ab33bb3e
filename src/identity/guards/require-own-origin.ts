/** Requires that a WebSocket handshake that a browser sends comes from a page of ours: no policy keeps other sites from sending one. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { isOwnOrigin } from "../../web/request/own-origin.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

type Needs = Pick<AppLocals, "env" | "requestId"> & Partial<SignedIn>;

/**
 * Denies with 403 a foreign `Origin` (RFC 6455 §10.2), on routes with and without sign-in. Every browser says from
 * where it opens a WebSocket, so a request that was recognised by a session cookie needs an `Origin`; other clients
 * need not send one.
 */
export const requireOwnOrigin: Guard<Needs> = stateFacts(
  headGuard(function requireOwnOrigin({ request, locals }: HeadContext<Needs>) {
    const origin = request.headers.get("Origin");
    const isOwn = origin === null ? locals.auth?.via !== "session" : isOwnOrigin(request, locals.env, origin);
    return isOwn ? { allow: true } : deny({ request, locals }, 403, "Pages of that origin may not open this socket.");
  }),
  { denies: [403] },
);
