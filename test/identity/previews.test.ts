/** The previews of guards, for every kind of visitor. */
import { describe, expect, test } from "vitest";
import { requireApiKey } from "../../src/identity/guards/require-api-key.ts";
import { requireAuth } from "../../src/identity/guards/require-auth.ts";
import { requireCsrf } from "../../src/identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../src/identity/guards/require-csrf-token.ts";
import { requireEmailVerified } from "../../src/identity/guards/require-email-verified.ts";
import { requireMail } from "../../src/identity/guards/require-mail.ts";
import { requireNotSelf } from "../../src/identity/guards/require-not-self.ts";
import { requirePermission } from "../../src/identity/guards/require-permission.ts";
import { requireRecentSignIn } from "../../src/identity/guards/require-recent-sign-in.ts";
import { requireRole } from "../../src/identity/guards/require-role.ts";
import { limitAccount, limitApi, limitSignIn } from "../../src/identity/limits.ts";
import { loadSession } from "../../src/identity/sessions/page-session.ts";
import type { Auth, User } from "../../src/identity/users/user.ts";
import { limitAddress } from "../../src/limits/limit-address.ts";
import { factsOf, type Verdict, type Visitor } from "../../src/web/app/guard-facts.ts";
import { createLocals } from "../harness.ts";

const app = createLocals();
const request = new Request("http://localhost/");
const someone: User = { id: "1", email: "", name: "", role: "user", emailVerified: true, createdAt: "" };
const session = (authenticatedAt: number): Auth => ({
  via: "session",
  sessionId: "1",
  keptSecret: "",
  authenticatedAt,
});
const key = (...permissions: string[]): Auth => ({ via: "key", keyId: "1", permissions });

const visit = (locals: Partial<Visitor["locals"]>, ...methods: string[]): Visitor => ({
  request,
  methods,
  isAuthenticated: locals.auth !== undefined,
  locals: { ...app, ...locals },
});
const as = (auth: Auth, user: Partial<User> = {}) => ({ auth, user: { ...someone, ...user } });
const now = Date.now();
const token: Auth = { via: "token", sessionId: "1", authenticatedAt: now };

const who = {
  visitor: {},
  user: as(session(now)),
  token: as(token),
  key: as(key("a:read")),
  admin: as(session(now), { role: "admin" }),
  "old session": as(session(now - 11 * 60_000)),
  unverified: as(session(now), { emailVerified: false }),
} as const;

type Verdicts = Readonly<Record<keyof typeof who, Verdict>>;
const all = (verdict: Verdict): Verdicts => ({
  visitor: verdict,
  user: verdict,
  token: verdict,
  key: verdict,
  admin: verdict,
  "old session": verdict,
  unverified: verdict,
});
const signedIn: Verdicts = { ...all("allow"), visitor: "deny" };

const table: readonly [name: string, guard: object, GET: Verdicts, POST?: Verdicts][] = [
  ["requireAuth", requireAuth, { ...signedIn, key: "deny" }],
  ["requirePermission(a:read)", requirePermission("a:read"), signedIn],
  ["requirePermission(a:write)", requirePermission("a:write"), { ...signedIn, key: "deny" }],
  ["requireApiKey", requireApiKey, { ...all("deny"), key: "allow" }],
  ["requireRole(admin)", requireRole("admin"), { ...all("deny"), admin: "allow" }],
  ["requireEmailVerified", requireEmailVerified, { ...signedIn, unverified: "deny" }],
  ["requireRecentSignIn", requireRecentSignIn, { ...signedIn, key: "deny", "old session": "deny" }],
  ["requireCsrf", requireCsrf, all("allow"), { ...all("depends"), token: "allow", key: "allow" }],
  ["requireCsrfToken", requireCsrfToken, { ...all("depends"), token: "deny", key: "deny" }],
  ["loadSession", loadSession, all("allow")],
  ["requireMail", requireMail, all("allow")],
  ["rateLimit(address)", limitAddress, all("allow")],
  ["rateLimit(api)", limitApi, { ...all("depends"), visitor: "allow" }, all("depends")],
  ["rateLimit(sign-in)", limitSignIn, all("depends")],
  ["rateLimit(account)", limitAccount, all("depends")],
];

describe.each(table)("%s", (_, guard, GET, POST = GET) => {
  test.each(Object.entries(who))("%s", (name, locals) => {
    const preview = factsOf(guard)?.preview;
    const seen = [preview?.(visit(locals, "GET", "HEAD")), preview?.(visit(locals, "POST"))];
    expect(seen).toEqual([GET, POST].map((verdicts) => verdicts[name as keyof typeof who]));
  });
});

test("requireCsrf of a route that nothing authenticates takes no credential as proof", () => {
  for (const auth of [token, key("a:read")]) {
    const visitor = { ...visit(as(auth), "POST"), isAuthenticated: false };
    expect(factsOf(requireCsrf)?.preview?.(visitor)).toBe("depends");
  }
});

const state = { limit: 9, windowSeconds: 60, isAdmitted: true, resetMs: 1 };

test.each([
  ["a limit that the visitor has passed, with some left", [{ ...state, name: "sign-in", remaining: 1 }], "allow"],
  ["a limit that the visitor has just used up", [{ ...state, name: "sign-in", remaining: 0 }], "depends"],
  ["another limit", [{ ...state, name: "api", remaining: 1 }], "depends"],
  ["no limit", [], "depends"],
  ["a hypothetical visitor", "unused", "allow"],
] as const)("rateLimit(sign-in) of %s", (_, rateLimits, expected) => {
  const visitor = visit({ rateLimits }, "POST");
  expect(factsOf(limitSignIn)?.preview?.(visitor)).toBe(expected);
});

test("a guard that only the request can decide has no preview", () => {
  expect(factsOf(requireNotSelf)?.preview).toBe(undefined);
});
