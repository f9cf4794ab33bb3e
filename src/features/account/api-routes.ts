/** The signed-in user's account in the JSON API: name, password, sessions, API keys. */
import { unauthenticated } from "../../identity/guards/deny-unauthenticated.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCurrentPassword } from "../../identity/guards/require-current-password.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { requireMail } from "../../identity/guards/require-mail.ts";
import { requireRecentSignIn } from "../../identity/guards/require-recent-sign-in.ts";
import { commonLimits, limitMails, limitNotices, limitSessionPassword } from "../../identity/limits.ts";
import { sendLink } from "../../identity/mail/links.ts";
import { hashNewPassword } from "../../identity/passwords/check-password.ts";
import { signedIn } from "../../identity/scope.ts";
import { listSessions, sessionsBody } from "../../identity/sessions/session-list.ts";
import {
  API_KEYS_QUOTA,
  apiKeysBody,
  deleteApiKey,
  listApiKeys,
  newApiKeyBody,
} from "../../identity/tokens/api-keys.ts";
import { renewedBody, renewedResponse } from "../../identity/tokens/token-response.ts";
import * as events from "../../identity/users/account-events.ts";
import { sessionIdOf, userBody } from "../../identity/users/user.ts";
import { renameUser } from "../../identity/users/users.ts";
import { unrecordedIdempotency } from "../../limits/idempotency.ts";
import { quotaExceeded } from "../../limits/quotas.ts";
import { group } from "../../web/app/scope.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { describeBody, noBody, problemBody } from "../../web/contract/bodies.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { mapPage, pageQuery } from "../../web/request/paging.ts";
import { pathId } from "../../web/request/uuid.ts";
import { invalidField, invalidInput, type ProblemLocals, problem } from "../../web/respond/problem.ts";
import { accountPatch, apiKeyInput, passwordChange, passwordConfirmation, permissionProblem } from "./schema.ts";

const { route } = signedIn;

/** Two of the longest passwords with every character escaped, and the other fields. */
const maxBodyBytes = 16 * 1024;

const requirePassword = requireCurrentPassword();

const NOT_SHOWN = {
  deleted: "An earlier request with this Idempotency-Key created an API key that has since been deleted.",
  "not shown":
    "An earlier request with this Idempotency-Key created an API key that can no longer be shown. Delete it, and create another with a new Idempotency-Key.",
};

const ended = describeBody(problemBody, { description: "The session has just ended." });

export const api = group({
  cors: true,
  guards: [...commonLimits, requireAuth, requireCsrf],
  handlers: [
    route.get("/api/me", {
      summary: "Read your account",
      responses: { 200: userBody },
      resolve: ({ locals }) => Response.json(locals.user, { headers: NOT_STORED }),
    }),

    route.patch("/api/me", {
      summary: "Change your name",
      guards: [requireJson],
      request: { body: accountPatch },
      responses: {
        200: userBody,
        404: describeBody(problemBody, { description: "The account has just been deleted." }),
      },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const user = await renameUser(locals.db, locals.user, input.body.name);
        return user
          ? Response.json(user, { headers: NOT_STORED })
          : problem(locals, 404, "This account no longer exists.");
      },
    }),

    route.post("/api/me/password", {
      summary: "Change your password, which ends your other sessions",
      guards: [requireJson, limitNotices, limitSessionPassword, requireHashingCapacity, requirePassword],
      request: { body: passwordChange },
      responses: { 200: renewedBody, 401: ended },
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
      summary: "Enter your password again, for changes that require a recent sign-in",
      guards: [requireJson, limitSessionPassword, requireHashingCapacity, requirePassword],
      request: { body: passwordConfirmation },
      responses: { 200: renewedBody, 401: ended },
      maxBodyBytes,
      resolve: async ({ request, locals }) => {
        const renewed = await events.confirmPassword({ locals }, { user: locals.credentials, auth: locals.auth });
        return renewed ? renewedResponse({ request, locals }, renewed) : sessionEnded(locals);
      },
    }),

    route.post("/api/me/verify-email", {
      summary: "Mail another link for verifying your address",
      responses: {
        202: describeBody(noBody, { description: "The link is mailed unless the address is already verified." }),
      },
      guards: [requireMail, limitMails],
      resolve: ({ request, locals }) => {
        if (!locals.user.emailVerified) sendLink({ request, locals }, locals.user.email, "verify");
        return new Response(null, { status: 202, headers: NOT_STORED });
      },
    }),

    route.get("/api/me/sessions", {
      summary: "List your sessions, newest first",
      request: { query: pageQuery },
      responses: { 200: sessionsBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { db, user, auth } = locals;
        const page = await listSessions(db, user.id, input.query);
        const marked = mapPage(page, (session) => ({ ...session, isCurrent: session.id === sessionIdOf(auth) }));
        return Response.json(marked, { headers: NOT_STORED });
      },
    }),

    route.delete("/api/me/sessions/:id", {
      summary: "End a session",
      responses: { 204: noBody, 404: describeBody(problemBody, { description: "You have no such session." }) },
      resolve: async (c) => {
        const { locals } = c;
        const isEnded = await events.endSession({ locals }, locals.user.id, pathId(c));
        return isEnded ? new Response(null, { status: 204 }) : problem(locals, 404, "There is no such session.");
      },
    }),

    route.get("/api/me/keys", {
      summary: "List your API keys, newest first",
      request: { query: pageQuery },
      responses: { 200: apiKeysBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const keys = await listApiKeys(locals.db, locals.user.id, input.query);
        return Response.json(keys, { headers: NOT_STORED });
      },
    }),

    route.post("/api/me/keys", {
      summary: "Create an API key",
      guards: [requireRecentSignIn, requireJson, limitNotices, unrecordedIdempotency.guard],
      request: { body: apiKeyInput },
      responses: {
        201: describeBody(newApiKeyBody, {
          headers: { Location: "The path of the key." },
          optionalHeaders: { "Idempotency-Replayed": "`true` if an earlier request created the key." },
        }),
        401: ended,
        409: describeBody(problemBody, {
          description:
            "An earlier request with this Idempotency-Key created an API key that has since been deleted or can no longer be shown.",
        }),
        422: describeBody(problemBody, { description: "The quota of API keys is used up." }),
      },
      maxBodyBytes,
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const unknown = permissionProblem(input.body.permissions, locals);
        if (unknown !== undefined) return invalidField(locals, "permissions", unknown);
        const { idempotency } = locals;
        const submission = idempotency && { submission: idempotency.resourceId, content: [] };
        const issued = await events.issueApiKey(c, locals, input.body, submission);
        if (issued === "session ended") return sessionEnded(locals);
        if (issued === "too many") return quotaExceeded(c, API_KEYS_QUOTA);
        if (typeof issued === "string") return problem(locals, 409, NOT_SHOWN[issued]);
        const { key, isRepeated } = issued;
        const headers = { ...NOT_STORED, Location: `/api/me/keys/${key.id}` };
        return Response.json(key, {
          status: 201,
          headers: isRepeated ? { ...headers, "Idempotency-Replayed": "true" } : headers,
        });
      },
      onResponse: unrecordedIdempotency.onResponse,
      onError: unrecordedIdempotency.onError,
    }),

    route.delete("/api/me/keys/:id", {
      summary: "Delete an API key",
      responses: { 204: noBody, 404: describeBody(problemBody, { description: "You have no such key." }) },
      resolve: async (c) => {
        const { locals } = c;
        const isDeleted = await deleteApiKey(locals.db, locals.user.id, pathId(c));
        return isDeleted ? new Response(null, { status: 204 }) : problem(locals, 404, "There is no such key.");
      },
    }),
  ],
});

/** The response when the session ended during the request. */
function sessionEnded(locals: ProblemLocals): Response {
  return unauthenticated(locals, "The session has ended. Sign in again.");
}
