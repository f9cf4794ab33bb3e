/** Requires that a browser's WebSocket handshake, which no same-origin policy covers, comes from a page of this app. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { isOwnOrigin } from "../../web/request/own-origin.ts";
import { deny } from "../../web/respond/refuse.ts";
import type { SignedIn } from "../users/user.ts";

type OwnOriginNeeds = Pick<AppLocals, "env" | "requestId"> & Partial<SignedIn>;

/**
 * Requires that a browser's WebSocket handshake comes from a page of this app. Denies a foreign `Origin` with 403 (RFC
 * 6455 §10.2), with or without sign-in. Every browser sends `Origin` in a handshake, so a request authenticated by a
 * session cookie must have one. Other clients need not send it. `Sec-Fetch-Site: same-origin` suffices, since no page
 * can set it, and it is right even behind a proxy that rewrites `Host`. Any other value leaves the decision to
 * `Origin`: Chromium sends no `Sec-Fetch-Site` in a handshake, and a page of `PUBLIC_ORIGIN` may have a different
 * origin than the socket.
 */
export const requireOwnOrigin: Guard<OwnOriginNeeds> = stateFacts(
  headGuard(function requireOwnOrigin({ request, locals }: HeadContext<OwnOriginNeeds>) {
    if (request.headers.get("Sec-Fetch-Site") === "same-origin") return { allow: true };
    const origin = request.headers.get("Origin");
    const isOwn = origin === null ? locals.auth?.via !== "session" : isOwnOrigin(request, locals.env, origin);
    return isOwn ? { allow: true } : deny({ request, locals }, 403, "Pages of this origin must not open this socket.");
  }),
  {
    denies: [403],
    explanation: "Requires that a browser's WebSocket handshake comes from a page of this app.",
  },
);
