/** Administration of users in the JSON API: list, search, change the role, delete. */
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireNotSelf } from "../../identity/guards/require-not-self.ts";
import { requireRecentSignIn } from "../../identity/guards/require-recent-sign-in.ts";
import { requireRole } from "../../identity/guards/require-role.ts";
import { commonLimits } from "../../identity/limits.ts";
import { signedIn } from "../../identity/scope.ts";
import * as events from "../../identity/users/account-events.ts";
import { userBody } from "../../identity/users/user.ts";
import { listUsers } from "../../identity/users/user-list.ts";
import { group } from "../../web/app/scope.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { describeBody, noBody, problemBody } from "../../web/contract/bodies.ts";
import { requireJson } from "../../web/guards/require-content-type.ts";
import { pathId } from "../../web/request/uuid.ts";
import { invalidInput } from "../../web/respond/problem.ts";
import { refuseChange } from "./refusal-response.ts";
import { roleChange, usersBody, usersQuery } from "./schema.ts";

const { route } = signedIn;

const missing = describeBody(problemBody, { description: "There is no such user." });
const lastAdministrator = describeBody(problemBody, { description: "The user is the last administrator." });

export const api = group({
  cors: true,
  guards: [...commonLimits, requireAuth, requireCsrf, requireRole("admin")],
  handlers: [
    route.get("/api/admin/users", {
      summary: "List or search users",
      request: { query: usersQuery },
      responses: { 200: usersBody },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const users = await listUsers(locals.db, input.query);
        return Response.json(users, { headers: NOT_STORED });
      },
    }),

    route.patch("/api/admin/users/:id", {
      summary: "Change the role of a user",
      guards: [requireNotSelf, requireRecentSignIn, requireJson],
      request: { body: roleChange },
      responses: {
        200: userBody,
        404: missing,
        409: lastAdministrator,
        422: describeBody(problemBody, { description: "The user has not confirmed their e-mail address yet." }),
      },
      maxBodyBytes: 1024,
      resolve: async (c) => {
        const { input, locals } = c;
        if (!input.ok) return invalidInput(locals, input);
        const changed = await events.changeRole({ locals }, pathId(c), input.body.role);
        return typeof changed === "string" ? refuseChange(c, changed) : Response.json(changed, { headers: NOT_STORED });
      },
    }),

    route.delete("/api/admin/users/:id", {
      summary: "Delete a user and all of their data",
      guards: [requireNotSelf, requireRecentSignIn],
      responses: { 204: noBody, 404: missing, 409: lastAdministrator },
      resolve: async (c) => {
        const deleted = await events.deleteAccount(c, pathId(c));
        return typeof deleted === "string" ? refuseChange(c, deleted) : new Response(null, { status: 204 });
      },
    }),
  ],
});
