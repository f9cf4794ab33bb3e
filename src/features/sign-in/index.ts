/** The pages around signing in: accounts, sessions, lost passwords, and the outbox of development. */
import type { SafeHtml } from "@remix-run/html-template";
import * as z from "zod";
import { forgotten, login, registration, reset, verification } from "../../identity/account-schema.ts";
import { checkPassword, resetPassword, verifyEmail } from "../../identity/accounts.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { limitApi, limitAuth } from "../../identity/limits.ts";
import { sendLink } from "../../identity/links.ts";
import { listOutbox } from "../../identity/mailer.ts";
import { loadSession, renewSession, saveSession } from "../../identity/page-session.ts";
import { hashPassword } from "../../identity/password-hash.ts";
import { visited } from "../../identity/scope.ts";
import { createUser, findCredentials } from "../../identity/users.ts";
import { visitorOf } from "../../identity/visitor.ts";
import type { FormFields } from "../../web/form.ts";
import { errorsOf, type FormErrors } from "../../web/form-fields.ts";
import { requireDevelopment } from "../../web/guards/require-development.ts";
import { requireButton, requireForm } from "../../web/guards/require-form.ts";
import { htmlResponse } from "../../web/html.ts";
import type { Visitor } from "../../web/layout.ts";
import { startPath } from "../../web/navigation.ts";
import { nextPath } from "../../web/next-path.ts";
import { firstValue } from "../../web/query-value.ts";
import { group, READ } from "../../web/scope.ts";
import { seeOther } from "../../web/see-other.ts";
import { forgotPage, loginPage, outboxPage, registerPage, resetPage, type Typed, verifyPage } from "./pages.ts";

const { route } = visited;

/** Room for every field at its longest, escaped. */
const MAX_FORM_BYTES = 16 * 1024;

/**
 * Of every form here, which has fields of its own besides the schema's. A visitor without a session has no token to
 * show: `requireCsrf` keeps other sites out.
 */
const formGuards = <TShape extends z.ZodRawShape>(schema: z.ZodObject<TShape>) =>
  [limitApi, requireCsrf, requireForm(MAX_FORM_BYTES, z.object(schema.shape)), limitAuth] as const;

export const signIn = group({
  guards: [loadSession],
  onResponse: saveSession,
  handlers: [
    route.on(READ, "/login", {
      resolve: async (c) => {
        const next = nextPath(firstValue(c.raw.query.next), c.request.url, startPath());
        return htmlResponse(loginPage(await visitorOf(c), next, c.locals.env.ENVIRONMENT === "development"));
      },
    }),

    route.post("/login", {
      guards: [...formGuards(login), requireHashingCapacity],
      resolve: async (c) => {
        const { form, parsed, env } = c.locals;
        const next = nextPath(form.next, c.request.url, startPath());
        const user = parsed.success && (await checkPassword(env.DB, parsed.data, parsed.data.password));
        const headers = user && (await renewSession(c, user));
        if (headers) return seeOther(next, headers);
        const state = { fields: form, errors: { form: "The e-mail address or the password is wrong." } };
        return htmlResponse(loginPage(await visitorOf(c), next, env.ENVIRONMENT === "development", state), 401);
      },
    }),

    route.on(READ, "/register", { resolve: async (c) => htmlResponse(registerPage(await visitorOf(c))) }),

    route.post("/register", {
      guards: [...formGuards(registration), requireHashingCapacity],
      resolve: async (c) => {
        const { form, parsed, env, session } = c.locals;
        if (!parsed.success) return refused(c, registerPage, form, errorsOf(parsed.error), 400);
        const { email, name, password } = parsed.data;
        const passwordHash = hashPassword(password);
        const user = await createUser(env.DB, { email, name, passwordHash });
        if (!user)
          return refused(c, registerPage, form, { email: "There is an account with this e-mail address." }, 409);
        sendLink(c, user, "verify");
        session.flash("done", "Welcome. We have sent you a mail to confirm your address.");
        return seeOther(startPath(), (await renewSession(c, { ...user, passwordHash })) ?? new Headers());
      },
    }),

    route.on(READ, "/forgot-password", {
      resolve: async (c) => htmlResponse(forgotPage(await visitorOf(c))),
    }),

    route.post("/forgot-password", {
      guards: formGuards(forgotten),
      resolve: async (c) => {
        const { form, parsed, env, session } = c.locals;
        if (!parsed.success) return refused(c, forgotPage, form, errorsOf(parsed.error), 400);
        const found = await findCredentials(env.DB, parsed.data);
        if (found) sendLink(c, found, "reset");
        session.flash("done", "If there is an account with this address, a mail is on its way.");
        return seeOther("/login");
      },
    }),

    route.on(READ, "/reset-password", {
      resolve: async (c) => htmlResponse(resetPage(await visitorOf(c), firstValue(c.raw.query.token) ?? "")),
    }),

    route.post("/reset-password", {
      guards: [...formGuards(reset), requireHashingCapacity],
      resolve: async (c) => {
        const { form, parsed, env, session } = c.locals;
        const page: FormPage = (visitor, state) => resetPage(visitor, form.token ?? "", state);
        if (!parsed.success) return refused(c, page, form, errorsOf(parsed.error), 400);
        const isReset = await resetPassword(env.DB, parsed.data, env.ADMIN_EMAIL);
        if (!isReset) return refused(c, page, form, { form: NO_LINK }, 422);
        session.flash("done", "The password is changed. Sign in with it.");
        return seeOther("/login");
      },
    }),

    route.on(READ, "/verify-email", {
      resolve: async (c) => htmlResponse(verifyPage(await visitorOf(c), firstValue(c.raw.query.token) ?? "")),
    }),

    route.post("/verify-email", {
      guards: formGuards(verification),
      resolve: async (c) => {
        const { parsed, env, session } = c.locals;
        const user = parsed.success && (await verifyEmail(env.DB, parsed.data.token, env.ADMIN_EMAIL));
        session.flash(user ? "done" : "failed", user ? "Your e-mail address is confirmed." : NO_LINK);
        return seeOther(startPath());
      },
    }),

    route.post("/logout", {
      guards: [requireAuth, requireCsrf, requireButton, requireCsrfToken],
      resolve: async (c) => seeOther("/", (await renewSession(c, null)) ?? new Headers()),
    }),

    route.on(READ, "/outbox", {
      guards: [requireDevelopment],
      resolve: async (c) => htmlResponse(outboxPage(await visitorOf(c), await listOutbox(c.locals.env.DB))),
    }),
  ],
});

const NO_LINK = "This link is not good any more: ask for a new one.";

type FormPage = (visitor: Visitor, state: Typed) => SafeHtml;

/** The form again, with what was typed and what is wrong with it. */
async function refused(
  c: Parameters<typeof visitorOf>[0],
  page: FormPage,
  fields: FormFields,
  errors: FormErrors,
  status: number,
): Promise<Response> {
  return htmlResponse(page(await visitorOf(c), { fields, errors }), status);
}
