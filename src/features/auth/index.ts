/** The API's way in: accounts, access and refresh tokens, lost passwords. */

import * as z from "zod";
import type { Env } from "../../env.ts";
import { ACCESS_TOKEN_SECONDS, signAccessToken } from "../../identity/access-token.ts";
import { forgotten, login, registration, reset, verification } from "../../identity/account-schema.ts";
import { checkPassword, resetPassword, verifyEmail } from "../../identity/accounts.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { limitApi, limitAuth } from "../../identity/limits.ts";
import { sendLink } from "../../identity/links.ts";
import { hashPassword } from "../../identity/password-hash.ts";
import { createTokenSession, type TokenSession, useRefreshToken } from "../../identity/refresh-token.ts";
import { setSessionCookie } from "../../identity/session-cookie.ts";
import { deviceOf, endSession } from "../../identity/sessions.ts";
import { readTokenKeys } from "../../identity/token-keys.ts";
import { createUser, findCredentials } from "../../identity/users.ts";
import { NOT_STORED } from "../../web/cache-control.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { invalidInput, problem } from "../../web/problem.ts";
import { group, route } from "../../web/scope.ts";

const refresh = z.strictObject({ refreshToken: z.string() });

/** Room for the longest password, its characters escaped. */
const maxBodyBytes = 8 * 1024;

export const auth = group({
  guards: [limitApi],
  handlers: [
    route.post("/api/auth/register", {
      guards: [requireJson, limitAuth, requireHashingCapacity],
      request: { body: registration },
      maxBodyBytes,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { email, name, password } = input.body;
        const user = await createUser(locals.env.DB, { email, name, passwordHash: hashPassword(password) });
        if (!user) return problem(locals, 409, "There is an account with this e-mail address.");
        sendLink({ request, locals }, user, "verify");
        return Response.json({ user }, { status: 201, headers: NOT_STORED });
      },
    }),

    route.post("/api/auth/login", {
      guards: [requireJson, limitAuth, requireHashingCapacity],
      request: { body: login },
      maxBodyBytes,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { email, password } = input.body;
        const user = await checkPassword(locals.env.DB, { email }, password);
        const session = user && (await createTokenSession(locals.env.DB, { user, device: deviceOf(request) }));
        if (!session) return problem(locals, 401, "The e-mail address or the password is wrong.");
        return tokenResponse(locals.env, session);
      },
    }),

    route.post("/api/auth/refresh", {
      guards: [requireJson],
      request: { body: refresh },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { DB, TOKEN_KEYS } = locals.env;
        const session = await useRefreshToken(DB, readTokenKeys(TOKEN_KEYS), input.body.refreshToken);
        if (!session)
          return problem(locals, 401, "This refresh token is not good, or not good any more: sign in again.");
        return tokenResponse(locals.env, session);
      },
    }),

    route.post("/api/auth/logout", {
      guards: [requireAuth, requireCsrf],
      resolve: async ({ request, locals }) => {
        const { auth, env } = locals;
        const response = new Response(null, { status: 204, headers: NOT_STORED });
        if (auth.via !== "key") await endSession(env.DB, auth.sessionId);
        if (auth.via === "session") setSessionCookie(request, env, response.headers, null);
        return response;
      },
    }),

    route.post("/api/auth/forgot-password", {
      guards: [requireJson, limitAuth],
      request: { body: forgotten },
      maxBodyBytes,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const found = await findCredentials(locals.env.DB, input.body);
        if (found) sendLink({ request, locals }, found, "reset");
        return new Response(null, { status: 202, headers: NOT_STORED });
      },
    }),

    route.post("/api/auth/reset-password", {
      guards: [requireJson, limitAuth, requireHashingCapacity],
      request: { body: reset },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const isReset = await resetPassword(locals.env.DB, input.body, locals.env.ADMIN_EMAIL);
        return isReset ? new Response(null, { status: 204, headers: NOT_STORED }) : problem(locals, 422, NO_LINK);
      },
    }),

    route.post("/api/auth/verify-email", {
      guards: [requireJson, limitAuth],
      request: { body: verification },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const user = await verifyEmail(locals.env.DB, input.body.token, locals.env.ADMIN_EMAIL);
        return user ? Response.json({ user }, { headers: NOT_STORED }) : problem(locals, 422, NO_LINK);
      },
    }),
  ],
});

const NO_LINK = "This link is not good any more: ask for a new one.";

/** RFC 6749 §5.1, in our spelling. */
async function tokenResponse(env: Env, { refreshToken, ...claims }: TokenSession): Promise<Response> {
  const accessToken = await signAccessToken(readTokenKeys(env.TOKEN_KEYS), claims);
  const tokens = { accessToken, tokenType: "Bearer", expiresIn: ACCESS_TOKEN_SECONDS, refreshToken };
  return Response.json(tokens, { headers: NOT_STORED });
}
