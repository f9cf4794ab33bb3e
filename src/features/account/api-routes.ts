/** The signed-in user's account in the JSON API: name, password, sessions, API keys. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCurrentPassword } from "../../identity/guards/require-current-password.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { requireRecentSignIn } from "../../identity/guards/require-recent-sign-in.ts";
import { commonLimits, limitMails, limitNotices, limitSessionPassword } from "../../identity/limits.ts";
import { sendLink } from "../../identity/mail/links.ts";
import { hashNewPassword } from "../../identity/passwords/check-password.ts";
import { signedIn } from "../../identity/scope.ts";
import { listSessions } from "../../identity/sessions/session-list.ts";
import { API_KEYS_QUOTA, deleteApiKey, listApiKeys } from "../../identity/tokens/api-keys.ts";
import { renewedResponse } from "../../identity/tokens/token-response.ts";
import * as events from "../../identity/users/account-events.ts";
import { sessionIdOf } from "../../identity/users/user.ts";
import { renameUser } from "../../identity/users/users.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { group } from "../../web/app/scope.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { pageQuery, toPage } from "../../web/request/paging.ts";
import { invalidField, invalidInput, type ProblemLocals, problem } from "../../web/respond/problem.ts";
import { accountPatch, apiKeyInput, passwordChange, passwordConfirmation, permissionProblem } from "./schema.ts";

const { route } = signedIn;

/** Two of the longest passwords with every character escaped, and the other fields. */
const maxBodyBytes = 16 * 1024;

const requirePassword = requireCurrentPassword();

export const api = group({
  cors: true,
  guards: [...commonLimits, requireAuth, requireCsrf],
  handlers: [
    route.get("/api/me", {
      resolve: ({ locals }) => Response.json(locals.user, { headers: NOT_STORED }),
    }),

    route.patch("/api/me", {
      guards: [requireJson],
      request: { body: accountPatch },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const user = await renameUser(locals.env.DB, locals.user, input.body.name);
        return user
          ? Response.json(user, { headers: NOT_STORED })
          : problem(locals, 404, "This account no longer exists.");
      },
    }),

    route.post("/api/me/password", {
      guards: [requireJson, limitNotices, limitSessionPassword, requireHashingCapacity, requirePassword],
      request: { body: passwordChange },
      maxBodyBytes,
      resolve: async ({ request, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { env, user, hashing, auth, credentials } = locals;
        const hashed = hashNewPassword(env, hashing, user, input.body.newPassword);
        if ("problem" in hashed) return invalidField(locals, "newPassword", hashed.problem);
        const renewed = await events.changePassword({ locals }, { user: credentials, auth }, hashed.hash, input.body);
        return renewed ? renewedResponse({ request, locals }, renewed) : sessionEnded(locals);
      },
    }),

    route.post("/api/me/confirm-password", {
      guards: [requireJson, limitSessionPassword, requireHashingCapacity, requirePassword],
      request: { body: passwordConfirmation },
      maxBodyBytes,
      resolve: async ({ request, locals }) => {
        const renewed = await events.confirmPassword({ locals }, { user: locals.credentials, auth: locals.auth });
        return renewed ? renewedResponse({ request, locals }, renewed) : sessionEnded(locals);
      },
    }),

    route.post("/api/me/verify-email", {
      guards: [limitMails],
      resolve: ({ request, locals }) => {
        if (!locals.user.emailVerified) sendLink({ request, locals }, locals.user.email, "verify");
        return new Response(null, { status: 202, headers: NOT_STORED });
      },
    }),

    route.get("/api/me/sessions", {
      request: { query: pageQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { env, user, auth } = locals;
        const { items, nextCursor } = toPage(await listSessions(env.DB, user.id, input.query), input.query.limit);
        const marked = items.map((session) => ({ ...session, isCurrent: session.id === sessionIdOf(auth) }));
        return Response.json({ items: marked, nextCursor }, { headers: NOT_STORED });
      },
    }),

    route.delete("/api/me/sessions/:id", {
      resolve: async ({ params, locals }) => {
        const isEnded = await events.endSession({ locals }, locals.user.id, params.id);
        return isEnded ? new Response(null, { status: 204 }) : problem(locals, 404, "There is no such session.");
      },
    }),

    route.get("/api/me/keys", {
      request: { query: pageQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const keys = await listApiKeys(locals.env.DB, locals.user.id, input.query);
        return Response.json(toPage(keys, input.query.limit), { headers: NOT_STORED });
      },
    }),

    route.post("/api/me/keys", {
      guards: [requireRecentSignIn, requireJson, limitNotices],
      request: { body: apiKeyInput },
      maxBodyBytes,
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const unknown = permissionProblem(input.body.permissions, locals);
        if (unknown !== undefined) return invalidField(locals, "permissions", unknown);
        const key = await events.issueApiKey(c, locals, input.body);
        if (key === "session ended") return sessionEnded(locals);
        if (key === "too many") return quotaExceeded(c, API_KEYS_QUOTA);
        return Response.json(key, { status: 201, headers: { ...NOT_STORED, Location: `/api/me/keys/${key.id}` } });
      },
    }),

    route.delete("/api/me/keys/:id", {
      resolve: async ({ params, locals }) => {
        const isDeleted = await deleteApiKey(locals.env.DB, locals.user.id, params.id);
        return isDeleted ? new Response(null, { status: 204 }) : problem(locals, 404, "There is no such key.");
      },
    }),
  ],
});

/** The response when the session ended during the request. */
function sessionEnded(locals: ProblemLocals): Response {
  return problem(locals, 401, "The session has ended. Sign in again.");
}
