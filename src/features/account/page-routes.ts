/** What the page of one's own account shows, and what its forms do. */
import * as z from "zod";
import { checkPassword } from "../../identity/accounts.ts";
import { createApiKey, deleteApiKey, getApiKey } from "../../identity/api-keys.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { limitAuth } from "../../identity/limits.ts";
import { sendLink } from "../../identity/links.ts";
import { loadSession, saveSession } from "../../identity/page-session.ts";
import { hashPassword } from "../../identity/password-hash.ts";
import { signedInPage } from "../../identity/scope.ts";
import { endOtherSessions, endSessionOf } from "../../identity/session-list.ts";
import { sessionIdOf } from "../../identity/user.ts";
import { changePassword, renameUser } from "../../identity/users.ts";
import { visitorOf } from "../../identity/visitor.ts";
import { NOT_STORED } from "../../web/cache-control.ts";
import { confirmationPage, isConfirmed } from "../../web/confirmation.ts";
import { errorsOf, type FormErrors } from "../../web/form-fields.ts";
import { requireForm } from "../../web/guards/require-form.ts";
import { htmlResponse } from "../../web/html.ts";
import { refuse } from "../../web/refuse.ts";
import { group, READ } from "../../web/scope.ts";
import { seeOther } from "../../web/see-other.ts";
import { keyDeletion } from "./lists.ts";
import { accountQuery, apiKeyForm, nameForm, passwordForm } from "./schema.ts";
import { showAccount } from "./show.ts";

const { route: page } = signedInPage;

/** Room for two of the longest passwords, escaped. */
const MAX_FORM_BYTES = 16 * 1024;

const formGuards = <TFields>(schema: z.ZodType<TFields>) =>
  [requireCsrf, requireForm(MAX_FORM_BYTES, schema), requireCsrfToken] as const;

/** A form that is no more than its button. */
const buttonGuards = formGuards(z.object({}));

export const pages = group({
  guards: [loadSession, requireAuth],
  onResponse: saveSession,
  handlers: [
    page.on(READ, "/account", {
      request: { query: accountQuery },
      resolve: (c) => {
        if (!c.input.ok) return refuse(c, 400, c.input.issues.map(({ message }) => message).join(". "));
        return showAccount(c, {}, c.input.query);
      },
    }),

    page.post("/account", {
      guards: formGuards(nameForm),
      resolve: async (c) => {
        const { env, user, session, form, parsed } = c.locals;
        if (!parsed.success) {
          return showAccount(c, {
            refused: { form: "name", fields: form, errors: errorsOf(parsed.error) },
            status: 400,
          });
        }
        await renameUser(env.DB, user, parsed.data.name);
        session.flash("done", "The name is changed.");
        return seeOther("/account");
      },
    }),

    page.post("/account/password", {
      guards: [...formGuards(passwordForm), limitAuth, requireHashingCapacity],
      resolve: async (c) => {
        const { env, user, auth, session, parsed } = c.locals;
        const refused = (errors: FormErrors, status: number) =>
          showAccount(c, { refused: { form: "password", fields: {}, errors }, status });
        if (!parsed.success) return refused(errorsOf(parsed.error), 400);
        const checked = await checkPassword(env.DB, { id: user.id }, parsed.data.currentPassword);
        if (!checked) return refused({ currentPassword: "The current password is wrong." }, 422);
        await changePassword(env.DB, user.id, hashPassword(parsed.data.newPassword), sessionIdOf(auth));
        session.flash("done", "The password is changed. Everywhere else you are signed out.");
        return seeOther("/account");
      },
    }),

    page.post("/account/verify-email", {
      guards: [...buttonGuards, limitAuth],
      resolve: (c) => {
        const { user, session } = c.locals;
        if (!user.emailVerified) sendLink(c, user, "verify");
        session.flash("done", user.emailVerified ? "The address is confirmed already." : "A mail is on its way.");
        return seeOther("/account");
      },
    }),

    page.post("/account/sessions/end-others", {
      guards: buttonGuards,
      resolve: async (c) => {
        const { env, user, auth, session } = c.locals;
        await endOtherSessions(env.DB, user.id, sessionIdOf(auth));
        session.flash("done", "Everywhere else you are signed out.");
        return seeOther("/account");
      },
    }),

    page.post("/account/sessions/:id/end", {
      guards: buttonGuards,
      resolve: async (c) => {
        const { env, user, session } = c.locals;
        const isEnded = await endSessionOf(env.DB, user.id, c.params.id);
        if (!isEnded) return refuse(c, 404, "There is no such session.");
        session.flash("done", "You are signed out there.");
        return seeOther("/account");
      },
    }),

    page.post("/account/keys", {
      guards: formGuards(apiKeyForm),
      resolve: async (c) => {
        const { env, user, form, parsed } = c.locals;
        if (!parsed.success) {
          return showAccount(c, {
            refused: { form: "key", fields: form, errors: errorsOf(parsed.error) },
            status: 400,
          });
        }
        const newKey = await createApiKey(env.DB, user.id, parsed.data);
        // No redirect: the next page could show the key only if it were stored.
        const shown = await showAccount(c, { newKey, status: 201 });
        for (const [name, value] of Object.entries(NOT_STORED)) shown.headers.set(name, value);
        return shown;
      },
    }),

    page.post("/account/keys/:id/delete", {
      guards: buttonGuards,
      resolve: async (c) => {
        const { env, user, session, form } = c.locals;
        const key = await getApiKey(env.DB, user.id, c.params.id);
        if (!key) return refuse(c, 404, "There is no such key.");
        if (!isConfirmed(form)) return htmlResponse(confirmationPage(await visitorOf(c), keyDeletion(key), "/account"));
        await deleteApiKey(env.DB, user.id, key.id);
        session.flash("done", `The key “${key.name}” is deleted.`);
        return seeOther("/account");
      },
    }),
  ],
});
