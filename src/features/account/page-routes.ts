/** The account page and its forms. */
import * as z from "zod";
import type { AppContext, AppLocals } from "../../env.ts";
import type { Context } from "../../http/index.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { requireCurrentPassword } from "../../identity/guards/require-current-password.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { requireMail } from "../../identity/guards/require-mail.ts";
import { requireRecentSignInForForm } from "../../identity/guards/require-recent-sign-in.ts";
import { commonLimits, limitMails, limitNotices, limitSessionPassword } from "../../identity/limits.ts";
import { sendLink } from "../../identity/mail/links.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { hashNewPassword } from "../../identity/passwords/check-password.ts";
import { passwordPage } from "../../identity/passwords/password-page.ts";
import { signedInPage } from "../../identity/scope.ts";
import { loadSession, type SessionLocals, setSessionCookies } from "../../identity/sessions/page-session.ts";
import { API_KEYS_QUOTA, deleteApiKey, getApiKey } from "../../identity/tokens/api-keys.ts";
import * as events from "../../identity/users/account-events.ts";
import { type SignedIn, sessionIdOf } from "../../identity/users/user.ts";
import { renameUser } from "../../identity/users/users.ts";
import { group } from "../../web/app/scope.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { type FormLocals, requireForm } from "../../web/guards/require-form.ts";
import { confirmationPage, isConfirmed } from "../../web/pages/confirmation.ts";
import { errorsOf, type FormErrors } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { nextPath } from "../../web/request/next-path.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { pathId } from "../../web/request/uuid.ts";
import { refuse } from "../../web/respond/refuse.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { keyDeletion } from "./partials.ts";
import {
  accountQuery,
  apiKeyForm,
  confirmationForm,
  nameForm,
  passwordForm,
  permissionProblem,
  permissionsOf,
} from "./schema.ts";
import { showAccount } from "./show-account.ts";

const { route: page } = signedInPage;

/** Two of the longest passwords, URL-encoded, and the other fields. */
const MAX_FORM_BYTES = 16 * 1024;

const formGuards = <TFields>(schema: z.ZodType<TFields>) =>
  [requireCsrf, requireForm(MAX_FORM_BYTES, schema), requireCsrfToken] as const;

/** The guards of a form without fields. */
const buttonGuards = formGuards(z.object({}));

type AccountForm = Context<unknown, unknown, unknown, AppLocals & SessionLocals & SignedIn & FormLocals>;

/** The statuses of the forms that are shown again. */
const REFUSED_WITH = [400, 422];

const requirePassword = requireCurrentPassword((c: AccountForm, isWrong) => {
  const { parsed } = c.locals;
  const errors = isWrong || parsed.success ? { currentPassword: WRONG_PASSWORD } : errorsOf(parsed.error);
  return showAccount(c, { refused: { form: "password", fields: {}, errors }, status: isWrong ? 422 : 400 });
}, REFUSED_WITH);

const requirePasswordAgain = requireCurrentPassword(async (c: AccountForm, isWrong) => {
  const { form } = c.locals;
  const path = nextPath(form.continue, c.request.url, "");
  const error = isWrong ? WRONG_PASSWORD : "Enter your password.";
  return htmlResponse(passwordPage(await loadPageContext(c), { path, fields: form }, error), isWrong ? 422 : 400);
}, REFUSED_WITH);

const requireRecentSignIn = requireRecentSignInForForm(passwordPage);

const NOT_SHOWN = {
  deleted: "This form created a key that has been deleted since. Submit the form again to create another key.",
  "not shown":
    "This form created the key already, and the key can no longer be shown. Delete it, then submit the form again.",
};

const WRONG_PASSWORD = "The password is wrong.";

export const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    page.get("/account", {
      request: { query: accountQuery },
      resolve: (c) => {
        if (!c.input.ok) return refuse(c, 400, c.input.issues.map(({ message }) => message).join(". "));
        const { sessions, keys } = c.raw.query;
        const cursors = { sessions: firstValue(sessions), keys: firstValue(keys) };
        return showAccount(c, {}, { query: c.input.query, cursors });
      },
    }),

    page.post("/account", {
      guards: formGuards(nameForm),
      resolve: async (c) => {
        const { db, user, session, form, parsed } = c.locals;
        if (!parsed.success) {
          return showAccount(c, {
            refused: { form: "name", fields: form, errors: errorsOf(parsed.error) },
            status: 400,
          });
        }
        await renameUser(db, user, parsed.data.name);
        session.flash("done", "Your name has been changed.", { savedDraft: "account/name" });
        return seeOther("/account");
      },
    }),

    page.post("/account/password", {
      guards: [
        ...formGuards(passwordForm),
        limitNotices,
        limitSessionPassword,
        requireHashingCapacity,
        requirePassword,
      ],
      resolve: async (c) => {
        const { env, user, auth, session, parsed, hashing, credentials } = c.locals;
        const refused = (newPassword: string) =>
          showAccount(c, { refused: { form: "password", fields: {}, errors: { newPassword } }, status: 400 });
        if (!parsed.success) return refused("Choose a new password.");
        const hashed = hashNewPassword(env, hashing, user, parsed.data.newPassword);
        if ("problem" in hashed) return refused(hashed.problem);
        const renewed = await events.changePassword(c, { user: credentials, auth }, hashed.hash, parsed.data);
        if (renewed?.via !== "session") return seeOther(c.locals.app.paths.signIn ?? c.locals.app.homePath);
        session.continueAs(renewed.sessionId);
        session.flash("done", "Your password has been changed. You are signed out everywhere else.");
        return seeOther("/account", cookiesOf(c, renewed));
      },
    }),

    page.post("/account/confirm-password", {
      guards: [...formGuards(confirmationForm), limitSessionPassword, requireHashingCapacity, requirePasswordAgain],
      resolve: async (c) => {
        const { auth, credentials, form } = c.locals;
        const renewed = await events.confirmPassword(c, { user: credentials, auth });
        if (renewed?.via !== "session") return seeOther(c.locals.app.paths.signIn ?? c.locals.app.homePath);
        const path = nextPath(form.continue, c.request.url, "");
        return path === "" ? seeOther("/account", cookiesOf(c, renewed)) : resendForm(path, cookiesOf(c, renewed));
      },
    }),

    page.post("/account/verify-email", {
      guards: [requireMail, ...buttonGuards, limitMails],
      resolve: (c) => {
        const { user, session } = c.locals;
        if (!user.emailVerified) sendLink(c, user.email, "verify");
        session.flash("done", user.emailVerified ? "Your address is already confirmed." : "An e-mail is on its way.");
        return seeOther("/account");
      },
    }),

    page.post("/account/sessions/end-others", {
      guards: buttonGuards,
      resolve: async (c) => {
        const { user, auth, session } = c.locals;
        await events.endAllOtherSessions(c, user.id, sessionIdOf(auth));
        session.flash("done", "You are signed out everywhere else.");
        return seeOther("/account");
      },
    }),

    page.post("/account/sessions/:id/end", {
      guards: buttonGuards,
      resolve: async (c) => {
        const { user, session } = c.locals;
        const isEnded = await events.endSession(c, user.id, pathId(c));
        if (!isEnded) return refuse(c, 404, "There is no such session.");
        session.flash("done", "That session has ended.");
        return seeOther("/account");
      },
    }),

    page.post("/account/keys", {
      guards: [...formGuards(apiKeyForm), requireRecentSignIn, limitNotices],
      resolve: async (c) => {
        const { form, parsed } = c.locals;
        const refused = (errors: FormErrors, status: number, fields = form) =>
          showAccount(c, { refused: { form: "key", fields, errors }, status });
        const unknown = permissionProblem(permissionsOf(form), c.locals);
        const permissionErrors: FormErrors = unknown === undefined ? {} : { permissions: unknown };
        if (!parsed.success) return refused({ ...errorsOf(parsed.error), ...permissionErrors }, 400);
        if (unknown !== undefined) return refused(permissionErrors, 400);
        const { submission, days, ...given } = parsed.data;
        const content = [given.name, days, ...given.permissions];
        const issued = await events.issueApiKey(c, c.locals, given, { submission, content });
        if (issued === "session ended") return seeOther(c.locals.app.paths.signIn ?? c.locals.app.homePath);
        if (issued === "too many") return refused({ form: API_KEYS_QUOTA.refusal }, 422);
        if (typeof issued === "string") {
          // Submitting the form once more creates another key.
          return refused({ form: NOT_SHOWN[issued] }, 409, { ...form, submission: undefined });
        }
        // No redirect: the next page could show the key only if it were stored in plain text.
        const shown = await showAccount(c, { newKey: issued.key, status: 201 });
        for (const [name, value] of Object.entries(NOT_STORED)) shown.headers.set(name, value);
        return shown;
      },
    }),

    page.post("/account/keys/:id/delete", {
      guards: buttonGuards,
      resolve: async (c) => {
        const { db, user, session, form } = c.locals;
        const key = await getApiKey(db, user.id, pathId(c));
        if (!key) return refuse(c, 404, "There is no such key.");
        if (!isConfirmed(form))
          return htmlResponse(confirmationPage(await loadPageContext(c), keyDeletion(key), "/account"));
        await deleteApiKey(db, user.id, key.id);
        session.flash("done", `The key “${key.name}” has been deleted.`);
        return seeOther("/account");
      },
    }),
  ],
});

function cookiesOf(c: AppContext, renewed: { readonly secret: string; readonly deviceToken: string }): Headers {
  const headers = new Headers();
  setSessionCookies(c, headers, renewed);
  return headers;
}

/** Makes the browser send the original form again, to its own path (RFC 9110 §15.4.8). */
function resendForm(path: string, headers: Headers): Response {
  headers.set("Location", path);
  headers.set("Cache-Control", "no-store");
  return new Response(null, { status: 307, headers });
}
