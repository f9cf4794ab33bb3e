/** One's own account in the JSON API: name, password, sessions, API keys. */
import { checkPassword } from "../../identity/accounts.ts";
import { createApiKey, deleteApiKey, listApiKeys } from "../../identity/api-keys.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { limitApi, limitAuth } from "../../identity/limits.ts";
import { sendLink } from "../../identity/links.ts";
import { hashPassword } from "../../identity/password-hash.ts";
import { signedIn } from "../../identity/scope.ts";
import { endSessionOf, listSessions } from "../../identity/session-list.ts";
import { sessionIdOf } from "../../identity/user.ts";
import { changePassword, renameUser } from "../../identity/users.ts";
import { NOT_STORED } from "../../web/cache-control.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { pageQuery, toPage } from "../../web/paging.ts";
import { invalidInput, problem } from "../../web/problem.ts";
import { group, READ } from "../../web/scope.ts";
import { accountPatch, apiKeyInput, passwordChange } from "./schema.ts";

const { route } = signedIn;

/** Room for two of the longest passwords, their characters escaped. */
const maxBodyBytes = 16 * 1024;

export const api = group({
  guards: [limitApi, requireAuth, requireCsrf],
  handlers: [
    route.on(READ, "/api/me", {
      resolve: ({ locals }) => Response.json(locals.user, { headers: NOT_STORED }),
    }),

    route.patch("/api/me", {
      guards: [requireJson],
      request: { body: accountPatch },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const user = await renameUser(locals.env.DB, locals.user, input.body.name);
        return user ? Response.json(user, { headers: NOT_STORED }) : problem(locals, 404, "This account is gone.");
      },
    }),

    route.post("/api/me/password", {
      guards: [requireJson, limitAuth, requireHashingCapacity],
      request: { body: passwordChange },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { env, user, auth } = locals;
        const checked = await checkPassword(env.DB, { id: user.id }, input.body.currentPassword);
        if (!checked) return problem(locals, 403, "The current password is wrong.");
        await changePassword(env.DB, user.id, hashPassword(input.body.newPassword), sessionIdOf(auth));
        return new Response(null, { status: 204, headers: NOT_STORED });
      },
    }),

    route.post("/api/me/verify-email", {
      guards: [limitAuth],
      resolve: ({ request, locals }) => {
        if (!locals.user.emailVerified) sendLink({ request, locals }, locals.user, "verify");
        return new Response(null, { status: 202, headers: NOT_STORED });
      },
    }),

    route.on(READ, "/api/me/sessions", {
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
        const isEnded = await endSessionOf(locals.env.DB, locals.user.id, params.id);
        return isEnded ? new Response(null, { status: 204 }) : problem(locals, 404, "There is no such session.");
      },
    }),

    route.on(READ, "/api/me/keys", {
      request: { query: pageQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const keys = await listApiKeys(locals.env.DB, locals.user.id, input.query);
        return Response.json(toPage(keys, input.query.limit), { headers: NOT_STORED });
      },
    }),

    route.post("/api/me/keys", {
      guards: [requireJson],
      request: { body: apiKeyInput },
      maxBodyBytes,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const key = await createApiKey(locals.env.DB, locals.user.id, input.body);
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
