/** An app whose routes tell whether a credential works, made of the guards and functions that the features use. */

import * as z from "zod";
import type { Env } from "../../src/env.ts";
import { requireAuth } from "../../src/identity/guards/require-auth.ts";
import { requireCurrentPassword } from "../../src/identity/guards/require-current-password.ts";
import { requireHashingCapacity } from "../../src/identity/guards/require-hashing-capacity.ts";
import { requireLink } from "../../src/identity/guards/require-link.ts";
import { requireLinkOwner } from "../../src/identity/guards/require-link-owner.ts";
import { requirePermission } from "../../src/identity/guards/require-permission.ts";
import { requireRecentSignIn } from "../../src/identity/guards/require-recent-sign-in.ts";
import { requireRole } from "../../src/identity/guards/require-role.ts";
import { limitAccount, limitSessionPassword } from "../../src/identity/limits.ts";
import { givenPassword } from "../../src/identity/passwords/password-rules.ts";
import { signedIn } from "../../src/identity/scope.ts";
import { renewedResponse, tokenResponse } from "../../src/identity/tokens/token-response.ts";
import * as events from "../../src/identity/users/account-events.ts";
import { emailAddress } from "../../src/identity/users/account-schema.ts";
import { checkSignIn } from "../../src/identity/users/sign-in.ts";
import { sessionIdOf } from "../../src/identity/users/user.ts";
import { group, route } from "../../src/web/app/scope.ts";
import { requireJson } from "../../src/web/guards/require-content-type.ts";
import { createApp, PERMISSION, sendJsonTo, sendTo } from "../harness.ts";

const requireVerifyLink = requireLink("verify");
const requireResetLink = requireLink("reset");
const requirePassword = requireCurrentPassword();
const requireOwner = requireLinkOwner();

const token = z.object({ token: z.string() });
const verification = token.extend({ password: givenPassword.optional() });
const login = z.object({ email: emailAddress, password: givenPassword, deviceToken: z.string().optional() });

export const credentialApp = createApp([
  group({
    guards: [requireAuth],
    handlers: [
      signedIn.route.get("/whoami", {
        resolve: ({ locals: { user, auth } }) => Response.json({ ...user, sessionId: sessionIdOf(auth) }),
      }),
      signedIn.route.get("/administration", { guards: [requireRole("admin")], resolve: () => new Response("admin") }),
      signedIn.route.post("/recent", { guards: [requireRecentSignIn], resolve: () => new Response("recent") }),
    ],
  }),
  route.get("/things", { guards: [requirePermission(PERMISSION)], resolve: () => new Response("things") }),
  route.post("/refresh", {
    guards: [requireJson],
    request: { body: z.object({ refreshToken: z.string() }) },
    resolve: async ({ input, locals }) => {
      const session = input.ok ? await events.refreshSession({ locals }, input.body.refreshToken) : undefined;
      return session ? tokenResponse(locals, session) : Response.json({}, { status: 401 });
    },
  }),
  route.post("/confirm", {
    guards: [requireJson, requireVerifyLink, limitAccount, requireHashingCapacity, requireOwner],
    request: { body: verification },
    resolve: async ({ locals }) =>
      new Response(null, { status: (await events.confirmAddress({ locals }, locals.link)) ? 200 : 422 }),
  }),
  // It only looks the link up, so that the link still works afterwards.
  route.post("/reset", {
    guards: [requireJson, requireResetLink],
    request: { body: token },
    resolve: () => new Response(null),
  }),
  route.post("/sign-in", {
    guards: [requireJson, limitAccount, requireHashingCapacity],
    request: { body: login },
    resolve: async ({ request, input, locals }) => {
      const checked = input.ok ? await checkSignIn({ request, locals }, input.body) : undefined;
      const started = checked && (await events.startApiSession({ request, locals }, checked.user, checked.deviceId));
      return started ? tokenResponse(locals, started.session, started.deviceToken) : Response.json({}, { status: 401 });
    },
  }),
  route.post("/confirm-password", {
    guards: [requireAuth, requireJson, limitSessionPassword, requireHashingCapacity, requirePassword],
    request: { body: z.strictObject({ password: givenPassword }) },
    resolve: async ({ request, locals }) => {
      const renewed = await events.confirmPassword({ locals }, { user: locals.credentials, auth: locals.auth });
      return renewed ? renewedResponse({ request, locals }, renewed) : new Response(null, { status: 401 });
    },
  }),
]);

type Headers = Readonly<Record<string, string>>;

/** Sends a GET to `/whoami`, `/things` or `/administration`. */
export function ask(path: string, headers: Headers, bindings: Partial<Env> = {}): Promise<Response> {
  return sendTo(credentialApp, path, { headers: { ...headers } }, bindings);
}

export function post(path: string, body: object, headers: Headers = {}, bindings: Partial<Env> = {}) {
  return sendJsonTo(credentialApp, "POST", path, body, { ...headers }, bindings);
}

/** Whether the credential opens the account: of a session, a user's access token or cookie. */
export async function opensAccount(headers: Headers, bindings: Partial<Env> = {}): Promise<boolean> {
  return (await ask("/whoami", headers, bindings)).ok;
}

/** The session that the credential is of. */
export async function sessionIdFor(headers: Headers): Promise<string> {
  const { sessionId } = await (await ask("/whoami", headers)).json<{ sessionId?: string | null }>();
  if (!sessionId) throw new Error("There is no such session");
  return sessionId;
}

/** Whether the password was given a moment ago. */
export async function isRecent(headers: Headers): Promise<boolean> {
  return (await post("/recent", {}, headers)).ok;
}

/** Whether the token lets its holder try the password after a stranger has used up the attempts. */
export async function knowsDevice(email: string, deviceToken: string, password: string): Promise<boolean> {
  const once = { ACCOUNT_RATE_LIMIT: 1 };
  await post("/sign-in", { email, password: "a stranger's guess" }, {}, once);
  return (await post("/sign-in", { email, password, deviceToken }, {}, once)).ok;
}
