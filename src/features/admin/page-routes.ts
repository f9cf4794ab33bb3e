/** The page that lists the users, and its forms. */
import * as z from "zod";
import type { AppContext } from "../../env.ts";
import type { RawValues } from "../../http/index.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { requireNotSelf } from "../../identity/guards/require-not-self.ts";
import { requireRecentSignInForForm } from "../../identity/guards/require-recent-sign-in.ts";
import { requireRole } from "../../identity/guards/require-role.ts";
import { commonLimits } from "../../identity/limits.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { passwordPage } from "../../identity/passwords/password-page.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession, type SessionLocals } from "../../identity/sessions/page-session.ts";
import * as events from "../../identity/users/account-events.ts";
import type { User } from "../../identity/users/user.ts";
import { countUsers, listUsers } from "../../identity/users/user-list.ts";
import { getUser } from "../../identity/users/users.ts";
import { group } from "../../web/app/scope.ts";
import { requireForm } from "../../web/guards/require-form.ts";
import { type ConfirmableAction, confirmationPage, isConfirmed } from "../../web/pages/confirmation.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { hxReplaceUrl, partOrPage } from "../../web/pages/htmx.ts";
import type { FormFields } from "../../web/request/form.ts";
import { nextPath } from "../../web/request/next-path.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { pathId } from "../../web/request/uuid.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { usersPage } from "./pages.ts";
import { listPart, listPath } from "./partials.ts";
import { refuseChange } from "./refusal-response.ts";
import { roleForm, usersQuery } from "./schema.ts";
import { deletionOf, roleChangeOf } from "./user-actions.ts";

const { route: page } = signedInPage;

const requireRecentSignIn = requireRecentSignInForForm(passwordPage);

const formGuards = <TFields>(schema: z.ZodType<TFields>) =>
  [requireNotSelf, requireCsrf, requireForm(16 * 1024, schema), requireCsrfToken, requireRecentSignIn] as const;

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth, requireRole("admin")],
  handlers: [
    page.get("/admin/users", {
      request: { query: usersQuery },
      resolve: async (c) => {
        const { request, raw, input, locals } = c;
        if (!input.ok) return refuse(c, 400, input.issues.map(({ message }) => message).join(". "));
        const { query } = input;
        const [users, count] = await Promise.all([listUsers(locals.db, query), countUsers(locals.db, query)]);
        const cursor = firstValue(raw.query.cursor);
        const search = { query, cursor, users, count, self: locals.user.id };
        return partOrPage(request, {
          part: () => listPart(search, locals.session.csrf, locals.session.takeFlashes()),
          page: async () => usersPage(await loadPageContext(c), search),
          // Back returns to the previous page, but not to each keystroke of a search.
          headers: request.headers.has("HX-Boosted") ? {} : hxReplaceUrl(listPath(query, cursor)),
        });
      },
    }),

    page.post("/admin/users/:id/role", {
      guards: formGuards(roleForm),
      resolve: async (c) => {
        const { session, form, parsed } = c.locals;
        if (!parsed.success) return refuse(c, 400, "The role must be user or admin.");
        const { role } = parsed.data;
        const next = pathAfter(c);
        if (!isConfirmed(form)) return showConfirmation(c, (user) => roleChangeOf(user, role, next), next);
        const changed = await events.changeRole(c, pathId(c), role);
        if (typeof changed === "string") return refuseChange(c, changed);
        session.flash("done", `${changed.name} is now ${role === "admin" ? "an administrator" : "a user"}.`);
        return seeOther(next);
      },
    }),

    page.post("/admin/users/:id/delete", {
      guards: formGuards(z.object({})),
      resolve: async (c) => {
        const { session, form } = c.locals;
        const next = pathAfter(c);
        if (!isConfirmed(form)) return showConfirmation(c, (user) => deletionOf(user, next), next);
        const deleted = await events.deleteAccount(c, pathId(c));
        if (typeof deleted === "string") return refuseChange(c, deleted);
        session.flash("done", `The account of ${deleted.name} has been deleted.`);
        return seeOther(next);
      },
    }),
  ],
});

interface UserContext extends AppContext<SessionLocals> {
  readonly raw: RawValues;
}

/** The path of the list that a form was submitted from. */
function pathAfter({
  request,
  locals: { form },
}: {
  readonly request: Request;
  readonly locals: { readonly form: FormFields };
}): string {
  return nextPath(form.next, request.url, "/admin/users");
}

async function showConfirmation(
  c: UserContext,
  actionOf: (user: User) => ConfirmableAction,
  back: string,
): Promise<Response> {
  const user = await getUser(c.locals.db, pathId(c));
  return user
    ? htmlResponse(confirmationPage(await loadPageContext(c), actionOf(user), back))
    : refuseChange(c, "missing");
}
