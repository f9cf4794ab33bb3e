/** What administrators do with accounts: list, search, change the role, delete. */
import * as z from "zod";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireNotSelf } from "../../identity/guards/require-not-self.ts";
import { requireRole } from "../../identity/guards/require-role.ts";
import { limitApi } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import { deleteUser, listUsers, type Refusal, setRole } from "../../identity/users.ts";
import { NOT_STORED } from "../../web/cache-control.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { pageQuery, toPage } from "../../web/paging.ts";
import { invalidInput, type ProblemLocals, problem } from "../../web/problem.ts";
import { group, READ } from "../../web/scope.ts";
import { storableText } from "../../web/text.ts";

const { route } = signedIn;

const usersQuery = pageQuery.extend({ q: storableText().max(200).default("") });
const roleChange = z.strictObject({ role: z.enum(["user", "admin"]) });

export const admin = group({
  guards: [limitApi, requireAuth, requireCsrf, requireRole("admin")],
  handlers: [
    route.on(READ, "/api/admin/users", {
      request: { query: usersQuery },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const users = await listUsers(locals.env.DB, input.query);
        return Response.json(toPage(users, input.query.limit), { headers: NOT_STORED });
      },
    }),

    route.patch("/api/admin/users/:id", {
      guards: [requireNotSelf, requireJson],
      request: { body: roleChange },
      maxBodyBytes: 1024,
      resolve: async ({ params, input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const changed = await setRole(locals.env.DB, params.id, input.body.role);
        return typeof changed === "string" ? notDone(locals, changed) : Response.json(changed, { headers: NOT_STORED });
      },
    }),

    route.delete("/api/admin/users/:id", {
      guards: [requireNotSelf],
      resolve: async ({ params, locals }) => {
        const deleted = await deleteUser(locals.env.DB, params.id);
        return typeof deleted === "string" ? notDone(locals, deleted) : new Response(null, { status: 204 });
      },
    }),
  ],
});

function notDone(locals: ProblemLocals, why: Refusal): Response {
  if (why === "missing") return problem(locals, 404, "There is no such user.");
  return problem(locals, 409, "This is the last administrator: make somebody else one first.");
}
