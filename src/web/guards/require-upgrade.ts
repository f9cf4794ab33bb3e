/** Requires a WebSocket handshake, where there is nothing else to be had. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";

/** Denies with 426 (RFC 9110 §15.5.22) what is no handshake. */
export const requireUpgrade: Guard<ProblemLocals> = stateFacts(
  headGuard(function requireUpgrade(c: HeadContext<ProblemLocals>) {
    const isHandshake = c.request.method === "GET" && c.request.headers.get("Upgrade")?.toLowerCase() === "websocket";
    if (isHandshake) return { allow: true };
    return deny(c, 426, "This address speaks WebSocket only.", { Upgrade: "websocket", Connection: "Upgrade" });
  }),
  { denies: [426] },
);
