/** Sends requests to the app, or to an app of a test's own, as the platform would, with real local bindings. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { parts } from "../src/app.ts";
import type { AppLocals, Env } from "../src/env.ts";
import type { Handler } from "../src/http/index.ts";
import { csrfTokenOf } from "../src/identity/sessions/page-session.ts";
import { startCookieSession } from "../src/identity/sessions/sessions.ts";
import { signAccessToken } from "../src/identity/tokens/access-token.ts";
import { createApiKey } from "../src/identity/tokens/api-keys.ts";
import { createDeviceId } from "../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../src/identity/tokens/token-keys.ts";
import type { Role, User } from "../src/identity/users/user.ts";
import { createUser, findCredentials, toPublicUser } from "../src/identity/users/users.ts";
import { assemble } from "../src/web/app/assemble.ts";
import { type Feature, feature } from "../src/web/app/feature.ts";
import { openRequestDatabase } from "../src/web/platform/request-database.ts";
import { app, facts } from "./app.ts";
import { checkResponse } from "./contract.ts";
import { checkDenial } from "./denials.ts";
import { PERMISSION } from "./things.ts";

export { app, facts, PERMISSION };

/** The platform's limit of requests per client address counts by the clock and is never reset, so tests run without it. */
const ADDRESS_LIMIT: RateLimit = { limit: async () => ({ success: true }) };

/** What a deployed app has instead of the tests' own variables. */
export const PRODUCTION: Partial<Env> = { ENVIRONMENT: "production", PUBLIC_ORIGIN: "https://candor.example" };

let addresses = 0;

/** A client address that no other request of this file has: limits of addresses do not get in the way. */
export function newAddress(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

/** The locals of a request, for code that is called without one. */
export function createLocals(bindings: Partial<Env> = {}, ctx: ExecutionContext = createExecutionContext()): AppLocals {
  const all = { ...env, ...bindings };
  return { env: all, db: openRequestDatabase(all.DB), ctx, app: facts, requestId: "the-request-id", startedAt: 0 };
}

/** The app, or one of a test's own. */
export type TestApp = typeof app;

/**
 * Makes an app of these routes, with the hooks of the real one: for tests of what all features share.
 *
 * @param given What else its only feature contributes.
 */
export function createApp(
  routes: readonly (Handler<AppLocals> | readonly Handler<AppLocals>[])[],
  given: Partial<Feature> = {},
): TestApp {
  return assemble({ parts, features: [feature({ name: "test", ...given, routes: routes.flat() })] }).app;
}

/**
 * The status and the `Location` of the response when a visitor's browser opens a page, or submits a form (401).
 *
 * @param next The path of the page; absent for a form.
 */
export function signInResponse(next?: string): [status: number, location: string | null] {
  const { signIn } = facts.paths;
  if (signIn === undefined || next === undefined) return [401, null];
  return [303, `${signIn}?${new URLSearchParams({ next })}`];
}

/**
 * Sends a request to an app, from a client address of its own unless `init` has a `CF-Connecting-IP`. Fails if the
 * response is not as the OpenAPI document of the app says.
 *
 * @param bindings Bindings that differ from the tests' own.
 */
export async function sendTo(
  receiver: TestApp,
  path: string,
  init: RequestInit = {},
  bindings: Partial<Env> = {},
): Promise<Response> {
  const ctx = createExecutionContext();
  const request = new Request(new URL(path, "http://localhost"), init);
  if (!request.headers.has("CF-Connecting-IP")) request.headers.set("CF-Connecting-IP", newAddress());
  const response = await receiver.fetch(request, Object.assign({}, env, { ADDRESS_LIMIT }, bindings), ctx);
  await waitOnExecutionContext(ctx);
  await checkResponse(receiver, request, response);
  checkDenial(receiver, response);
  return response;
}

/** Sends a request to the app with all features; see `sendTo`. */
export function send(path: string, init: RequestInit = {}, bindings: Partial<Env> = {}): Promise<Response> {
  return sendTo(app, path, init, bindings);
}

/** Sends a body as JSON. */
export function sendJson(
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  bindings: Partial<Env> = {},
): Promise<Response> {
  return sendJsonTo(app, method, path, body, headers, bindings);
}

/** Sends a body as JSON to an app. */
export function sendJsonTo(
  receiver: TestApp,
  method: string,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
  bindings: Partial<Env> = {},
): Promise<Response> {
  const json = typeof body === "string" ? body : JSON.stringify(body);
  const init = { method, headers: { "Content-Type": "application/json", ...headers }, body: json };
  return sendTo(receiver, path, init, bindings);
}

/** A body that must not be read: reading it fails. */
export function unreadable(): ReadableStream {
  const pull = () => Promise.reject(new Error("The body was read"));
  return new ReadableStream({ pull }, { highWaterMark: 0 });
}

/** The password of every account that `createAccount` makes. */
export const { PASSWORD } = env;

/** A user who is signed in to the API. */
export interface Account {
  readonly user: User;
  readonly refreshToken: string;
  /** `Authorization`, with an access token. */
  readonly headers: { readonly Authorization: string };
}

/** Makes an account, without the API and its limits, and signs it in. */
export async function createAccount(
  given: { email?: string; name?: string; role?: Role; emailVerified?: boolean } = {},
): Promise<Account> {
  const {
    email = `${crypto.randomUUID()}@example.com`,
    name = "Somebody",
    role = "user",
    emailVerified = true,
  } = given;
  const made = await createUser(env.DB, { email, name, passwordHash: env.PASSWORD_HASH });
  if (!made) throw new Error(`${email} is taken`);
  await env.DB.prepare("UPDATE users SET role = ?, email_verified = ? WHERE id = ?")
    .bind(role, Number(emailVerified), made.id)
    .run();
  const user: User = { ...toPublicUser(made), role, emailVerified };
  const owner = { user: { ...made, role, emailVerified }, device: "test", deviceId: createDeviceId() };
  const session = await createTokenSession(env.DB, owner);
  if (!session) throw new Error("No session was started");
  const accessToken = await signAccessToken(readTokenKeys(env.TOKEN_KEYS), { ...session, role });
  return { user, refreshToken: session.refreshToken, headers: { Authorization: `Bearer ${accessToken}` } };
}

/** Makes an API key of that account, without the API. */
export async function createKey(
  { user }: Pick<Account, "user">,
  permissions: readonly string[],
  given: { name?: string; expiresAt?: string } = {},
): Promise<{ readonly id: string; readonly key: string }> {
  const made = await createApiKey(env.DB, user.id, { name: "test", permissions, ...given });
  if (!made) throw new Error("No key was made");
  return made;
}

/** A browser that is signed in. */
export interface Browser {
  /** `Cookie`, and what says that a request comes from a page of ours. */
  readonly headers: { readonly Cookie: string; readonly "Sec-Fetch-Site": "same-origin"; readonly Accept: "text/html" };
  /** For the hidden field of forms. */
  readonly csrf: string;
}

/** Signs an account in with a cookie. */
export async function openBrowser({ user }: Account): Promise<Browser> {
  const credentials = await findCredentials(env.DB, { id: user.id });
  if (!credentials) throw new Error(`${user.email} has no account`);
  const started = await startCookieSession(env.DB, {
    user: credentials,
    device: "test",
    deviceId: createDeviceId(),
  });
  if (!started) throw new Error("No session was started");
  const { secret } = started;
  const headers = { Cookie: `__Host-session=${secret}`, "Sec-Fetch-Site": "same-origin", Accept: "text/html" } as const;
  return { headers, csrf: csrfTokenOf(secret) };
}

/** Submits a form as that browser does, from a page of the app. Each call is a new submission unless `fields` names one. */
export function submit(browser: Browser, path: string, fields: Record<string, string>): Promise<Response> {
  const body = new URLSearchParams({ csrf: browser.csrf, submission: crypto.randomUUID(), ...fields });
  return send(path, { method: "POST", headers: browser.headers, body });
}
