import { expect, test } from "vitest";
import { labelOf, UNAUTHENTICATED, UNLIMITED } from "../scripts/policy-exceptions.ts";
import { app } from "../src/app.ts";
import { factsOf } from "../src/web/app/guard-facts.ts";
import { describePolicy } from "../src/web/app/policy.ts";
import pinned from "./routes.snap.json";

const AUTHENTICATING = ["requireAuth", "requireApiKey"];

const routes = describePolicy(app.handlers);
const changing = routes.filter(({ method }) => !["GET", "HEAD", "OPTIONS"].includes(method));
const forms = changing.filter(({ path }) => !path.startsWith("/api/"));

type Route = (typeof routes)[number];
const has = (name: string) => (route: Route) => route.guards.some((guard) => guard.name === name);
const lacks = (name: string) => (route: Route) => !has(name)(route);
const isOpen = (route: Route) => !AUTHENTICATING.some((name) => has(name)(route));
const labels = (some: readonly Route[]) => some.map(({ method, path }) => `${method} ${path}`);

test("the policy is the pinned one; if the change is meant: npm run --silent routes -- --json > test/routes.snap.json && npm run format", () => {
  expect(routes).toEqual(pinned);
});

test("every route that changes state has a guard that authenticates, or is named with its reason", () => {
  expect(labels(changing.filter(isOpen))).toEqual(Object.keys(UNAUTHENTICATED));
});

test("every route has a limit that covers all of its requests, or is named with its reason", () => {
  const limits = ["address", "api", "sign-in"];
  const isLimited = (route: Route) =>
    route.guards.some(({ name, detail = "" }) => name === "rateLimit" && limits.includes(detail));
  const unlimited = routes.filter((route) => !isLimited(route)).map(labelOf);
  expect([...new Set(unlimited)].sort()).toEqual(Object.keys(UNLIMITED).sort());
});

test("the limit by address comes before anything that finds out who sends a request", () => {
  const limited = routes.filter((route) => route.guards.length > 0);
  const late = limited.filter(({ guards: [first] }) => first?.name !== "rateLimit" || first.detail !== "address");
  expect(labels(late)).toEqual([]);
});

test("every page and API route that finds out who sends a request counts it for its user", () => {
  const identifying = ["requireAuth", "requireApiKey", "loadSession"];
  const uncounted = routes.filter(
    ({ guards }) => guards.some(({ name }) => identifying.includes(name)) && guards[1]?.detail !== "api",
  );
  expect(labels(uncounted)).toEqual([]);
});

/** Guards that a route needs for what it does, by its path. The table says it, no handler. */
const SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  "POST /api/auth/register": ["rateLimit(sign-in)", "rateLimit(mail-sender)", "requireHashingCapacity"],
  "POST /register": ["rateLimit(sign-in)", "rateLimit(mail-sender)", "requireHashingCapacity"],
  "POST /api/auth/login": ["rateLimit(sign-in)", "rateLimit(account)", "requireHashingCapacity"],
  "POST /login": ["rateLimit(sign-in)", "rateLimit(account)", "requireHashingCapacity"],
  "POST /api/auth/forgot-password": ["rateLimit(sign-in)", "rateLimit(mail-sender)"],
  "POST /forgot-password": ["rateLimit(sign-in)", "rateLimit(mail-sender)"],
  "POST /api/auth/reset-password": ["rateLimit(sign-in)", "requireLink(reset)", "requireHashingCapacity"],
  "POST /reset-password": ["rateLimit(sign-in)", "requireLink(reset)", "requireHashingCapacity"],
  "POST /api/auth/verify-email": [
    "rateLimit(sign-in)",
    "requireLink(verify)",
    "rateLimit(account)",
    "requireHashingCapacity",
    "requireLinkOwner",
  ],
  "POST /verify-email": [
    "rateLimit(sign-in)",
    "requireLink(verify)",
    "rateLimit(account)",
    "requireHashingCapacity",
    "requireLinkOwner",
  ],
  "POST /api/me/verify-email": ["rateLimit(mail-sender)"],
  "POST /account/verify-email": ["rateLimit(mail-sender)"],
  "POST /api/me/password": [
    "rateLimit(notices)",
    "rateLimit(session-password)",
    "requireHashingCapacity",
    "requireCurrentPassword",
  ],
  "POST /account/password": [
    "rateLimit(notices)",
    "rateLimit(session-password)",
    "requireHashingCapacity",
    "requireCurrentPassword",
  ],
  "POST /api/me/confirm-password": ["rateLimit(session-password)", "requireHashingCapacity", "requireCurrentPassword"],
  "POST /account/confirm-password": ["rateLimit(session-password)", "requireHashingCapacity", "requireCurrentPassword"],
  "POST /api/me/keys": ["requireRecentSignIn", "rateLimit(notices)"],
  "POST /account/keys": ["requireRecentSignIn", "rateLimit(notices)"],
  "PATCH /api/admin/users/:id": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
  "DELETE /api/admin/users/:id": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
  "POST /admin/users/:id/role": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
  "POST /admin/users/:id/delete": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
};

test.each(Object.entries(SENSITIVE))("%s has its guards, in order", (label, expected) => {
  const route = routes.find(({ method, path }) => `${method} ${path}` === label);
  const names = route?.guards.map(({ name, detail }) => (detail ? `${name}(${detail})` : name));
  expect(names?.filter((name) => expected.includes(name))).toEqual(expected);
});

test("every route that changes state for who is signed in keeps other sites out", () => {
  expect(labels(changing.filter(has("requireAuth")).filter(lacks("requireCsrf")))).toEqual([]);
});

test("every form keeps other sites out, and for who is signed in asks for the session's token, too", () => {
  expect(labels(forms.filter(lacks("requireCsrf")))).toEqual([]);
  expect(labels(forms.filter(has("requireAuth")).filter(lacks("requireCsrfToken")))).toEqual([]);
});

test("every guard states its facts", () => {
  const guards = app.handlers.flatMap(({ path, guards = [] }) => guards.map((guard) => ({ path, guard })));
  const silent = guards.filter(({ guard }) => factsOf(guard) === undefined);
  expect(silent.map(({ path, guard }) => `${guard.name} of ${path}`)).toEqual([]);
});
