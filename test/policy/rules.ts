/** Rules of the policy: each takes the described routes and returns a sentence for each breach. */
import { AUTHENTICATING_GUARDS } from "../../scripts/policy-guard-changes.ts";
import type { Handler } from "../../src/http/index.ts";
import { factsOf } from "../../src/web/app/guard-facts.ts";
import { describePolicy, type PolicyRoute } from "../../src/web/app/policy.ts";
import { labelsOf } from "../../src/web/app/route-labels.ts";

export { findAnonymousGuards } from "../../scripts/anonymous-guards.ts";
export { SESSION_GUARDS } from "../../scripts/policy-guard-changes.ts";

type Reasons = Readonly<Record<string, string>>;

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];
/** The limits that count every request of a route. */
const LIMITS = ["address", "api", "sign-in"];

/** @param exceptions The reasons of routes that may change state without a guard that authenticates. */
export function findUnauthenticated(routes: readonly PolicyRoute[], exceptions: Reasons): string[] {
  const open = routes.filter(({ guards }) => !guards.some(({ name }) => AUTHENTICATING_GUARDS.includes(name)));
  const changing = open.flatMap(labelsOf).filter((label) => !SAFE_METHODS.includes(label.split(" ")[0] ?? ""));
  return compare(changing, exceptions, {
    broken: `changes state without a guard that authenticates: add ${AUTHENTICATING_GUARDS.join(" or ")}`,
    kept: "authenticates, does not change state, or is not in the table",
  });
}

/** @param exceptions The reasons of routes that may be without a limit. */
export function findUnlimited(routes: readonly PolicyRoute[], exceptions: Reasons): string[] {
  const isLimited = ({ guards }: PolicyRoute) =>
    guards.some(({ name, detail = "" }) => name === "rateLimit" && LIMITS.includes(detail));
  const unlimited = routes.filter((route) => !isLimited(route)).flatMap(labelsOf);
  return compare(unlimited, exceptions, {
    broken: `has no limit that counts all of its requests: add one of ${LIMITS.map((name) => `rateLimit(${name})`).join(", ")}`,
    kept: "has a limit, or is not in the table",
  });
}

/** Whether a route takes a body: the core or a guard reads one, or the handler states that it does. */
export function takesBody({ request, maxBodyBytes, mediaTypes = [], guards = [] }: Handler<never>): boolean {
  const isRead = request?.body !== undefined || maxBodyBytes !== undefined || mediaTypes.length > 0;
  return isRead || guards.some((guard) => factsOf(guard)?.mediaTypes !== undefined);
}

/** A body that the core reads is read before the first guard that is not a head guard. */
export function findUncheckedBodies(handlers: readonly Handler<never>[]): string[] {
  const phases = describePolicy(handlers).map(({ guards }) => guards.map(({ phase }) => phase));
  const isChecked = ({ request, guards = [] }: Handler<never>, row: number) =>
    guards.some(
      (guard, index) => factsOf(guard)?.isWholeBody && (request?.body === undefined || phases[row]?.[index] === "head"),
    );
  return handlers
    .filter((handler, row) => takesBody(handler) && !isChecked(handler, row))
    .map(
      ({ method, path }) =>
        `${[method].flat().join(", ")} ${path} takes a body, encoded and partial ones too: add requireContentType, requireForm or requireWholeBody.`,
    );
}

/** Each route that breaks a rule needs an exception, and each exception a route that needs it. */
function compare(found: readonly string[], exceptions: Reasons, says: { broken: string; kept: string }): string[] {
  const excepted = Object.keys(exceptions);
  const missing = [...new Set(found)].filter((label) => !excepted.includes(label));
  const stale = excepted.filter((label) => !found.includes(label));
  return [
    ...missing.map(
      (label) => `${label} ${says.broken}, or except it with a reason, in the exceptions of its feature (index.ts).`,
    ),
    ...stale.map((label) => `${label} is excepted by its feature, but ${says.kept}: remove the exception.`),
  ];
}
