/** The lifecycle in Candor: three guards, three schemas, `onRequest` and `onResponse`. */
import { type Guard, headGuard, scope, setup, standardValidator } from "../../../src/http/index.ts";
import { answer, authenticate, body, identify, pathParams, permissionsOf, query, refuse, type User } from "./task.ts";

const requireId = headGuard((c) => ({ allow: true, locals: { requestId: identify(c.request) } }));

const requireUser = headGuard(async (c) => {
  const user = await authenticate(c.request);
  return user ? { allow: true, locals: { user } } : { deny: refuse(401) };
});

const requireWrite: Guard<{ user: User }, { permissions: readonly string[] }> = (c) => {
  const permissions = permissionsOf(c.locals.user);
  return permissions.includes("tasks:write") ? { allow: true, locals: { permissions } } : { deny: refuse(403) };
};

const { route } = scope<{ receivedAt: number }>();

const app = setup({
  validator: standardValidator,
  onRequest: () => ({ receivedAt: Date.now() }),
  onResponse: ({ context, response }) => {
    response.headers.set("x-received-at", String(context.locals.receivedAt));
    return response;
  },
  handlers: [
    route.post("/api/teams/:team/tasks", {
      request: { params: pathParams, query, body },
      guards: [requireId, requireUser, requireWrite],
      resolve: ({ input, locals }) => (input.ok ? answer({ ...locals, ...input }) : refuse(400)),
    }),
  ],
});

export const fetch = (request: Request): Promise<Response> => app.fetch(request);
