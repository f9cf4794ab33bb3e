/** Requires a WebSocket handshake. */
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../app/guard-facts.ts";
import type { ProblemLocals } from "../respond/problem.ts";
import { deny } from "../respond/refuse.ts";

/** Requires a WebSocket handshake. Denies any other request with 426 (RFC 9110 §15.5.22). */
export const requireUpgrade: Guard<ProblemLocals> = stateFacts(
  headGuard(function requireUpgrade(c: HeadContext<ProblemLocals>) {
    const isHandshake = c.request.method === "GET" && c.request.headers.get("Upgrade")?.toLowerCase() === "websocket";
    if (isHandshake) return { allow: true };
    return deny(c, 426, "This address supports only WebSocket connections.", {
      Upgrade: "websocket",
      Connection: "Upgrade",
    });
  }),
  {
    denies: [426],
    explanation: "Requires a WebSocket handshake.",
    requiredHeaders: { Upgrade: "Must be websocket." },
  },
);
