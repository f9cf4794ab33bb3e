/** Checks every denial that a test sees against the statuses that its guard states. */
import type { Handler } from "../src/http/index.ts";
import { factsOf } from "../src/web/app/guard-facts.ts";
import { fullNameOf } from "../src/web/app/policy.ts";
import { traceOf } from "./trace.ts";

/** Fails with a sentence if a guard has denied with a status that it does not state. A guard without facts states nothing. Only development shows denials. */
export function checkDenial({ handlers }: { readonly handlers: readonly Handler<never>[] }, response: Response): void {
  const denied = traceOf(response).find((decision) => decision.endsWith(":deny"));
  // A replayed response is an earlier response of the handler.
  if (denied === undefined || response.headers.has("Idempotency-Replayed")) return;
  const name = denied.slice(0, -":deny".length);
  const guards = handlers.flatMap((handler) => handler.guards ?? []).filter((guard) => fullNameOf(guard) === name);
  const facts = guards.flatMap((guard) => factsOf(guard) ?? []);
  const stated = [...new Set(facts.flatMap(({ denies }) => denies))];
  if (facts.length > 0 && !stated.includes(response.status))
    throw new Error(
      `${name} denies with ${response.status}, but states ${stated.join(", ") || "that it never denies"}`,
    );
}
