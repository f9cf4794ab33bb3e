import { expect, test } from "vitest";
import { app } from "../src/app.ts";
import { factsOf } from "../src/web/guard-facts.ts";
import { describePolicy } from "../src/web/policy.ts";
import pinned from "./routes.snap.json";

/** Routes that change state and ask nobody who they are, each with its reason. */
const UNAUTHENTICATED: Readonly<Record<string, string>> = {
  "POST /api/auth/register": "who registers has no account yet",
  "POST /api/auth/login": "the password in the body is the proof",
  "POST /api/auth/refresh": "the refresh token in the body is the proof",
  "POST /api/auth/forgot-password":
    "who lost the password can't sign in; all it does is send mail to the account's address",
  "POST /api/auth/reset-password": "the token from the mail is the proof",
  "POST /api/auth/verify-email": "the token from the mail is the proof",
  "POST /login": "the password in the form is the proof",
  "POST /register": "who registers has no account yet",
  "POST /forgot-password": "who lost the password can't sign in; all it does is send mail to the account's address",
  "POST /reset-password": "the token from the mail is the proof",
  "POST /verify-email": "the token from the mail is the proof",
};

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
