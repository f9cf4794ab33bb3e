/** The verdict of a route for a visitor, by the previews of its guards. */
import type { AppLocals } from "../../env.ts";
import type { Role } from "../../identity/users/user.ts";
import type { Visitor } from "../../web/app/guard-facts.ts";
import type { PolicyGuard, PolicyRoute } from "../../web/app/policy.ts";

/** The decision of a route's guards, as far as the visitor alone decides it. */
export type RouteVerdict =
  | { readonly kind: "allow" }
  | { readonly kind: "deny"; readonly by: PolicyGuard }
  /** The decision of these guards depends on the request; the others allow. */
  | { readonly kind: "depends"; readonly on: readonly PolicyGuard[] };

/** A visitor of any route. */
export type RouteVisitor = Omit<Visitor, "methods" | "isAuthenticated">;

/** Previews the guards of a route. If one of them denies the visitor, the others do not matter. */
export function previewRoute(
  { guards, methods }: Pick<PolicyRoute, "guards" | "methods">,
  visitor: RouteVisitor,
): RouteVerdict {
  const previews = guards.map((guard, index) => {
    const isAuthenticated = guards.slice(0, index).some(({ credentials }) => credentials !== undefined);
    return { guard, verdict: guard.preview?.({ ...visitor, methods, isAuthenticated }) ?? "depends" };
  });
  const denying = previews.find(({ verdict }) => verdict === "deny");
  if (denying) return { kind: "deny", by: denying.guard };
  const undecided = previews.filter(({ verdict }) => verdict === "depends");
  return undecided.length === 0 ? { kind: "allow" } : { kind: "depends", on: undecided.map(({ guard }) => guard) };
}

/** The roles that the page can assume. A visitor is not signed in. */
export const ROLES = ["visitor", "user", "admin"] as const;

/** The properties of a hypothetical visitor. */
export interface Assumed {
  readonly role: Role | "visitor";
  /** The permissions of the API key that the requests carry; absent for requests without a key. */
  readonly permissions?: readonly string[] | undefined;
}

/**
 * Creates a hypothetical visitor for previews: a user who has just signed in with a browser or sends an API key, and has
 * a verified e-mail address; or a visitor who is not signed in. Neither has used up any limit.
 *
 * @param request The current request.
 */
export function assumeVisitor(
  request: Request,
  { env, db, ctx, app, requestId, startedAt }: AppLocals,
  { role, permissions }: Assumed,
): RouteVisitor {
  const locals = { env, db, ctx, app, requestId, startedAt, rateLimits: "unused" } as const;
  if (role === "visitor") return { request, locals };
  const user = { id: "", email: "", name: "", role, emailVerified: true, createdAt: "" };
  const auth = permissions
    ? ({ via: "key", keyId: "", permissions } as const)
    : ({ via: "session", sessionId: "", keptSecret: "", authenticatedAt: Date.now() } as const);
  return { request, locals: { ...locals, user, auth } };
}
