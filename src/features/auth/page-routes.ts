/** The pages for registration, sign-in and sign-out, and the outbox of development. */
import * as z from "zod";
import type { AppContext } from "../../env.ts";
import { requireAuth } from "../../identity/guards/require-auth.ts";
import { requireCsrf } from "../../identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../../identity/guards/require-csrf-token.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { commonLimits, limitAccount, limitMails } from "../../identity/limits.ts";
import { sendLink } from "../../identity/mail/links.ts";
import { listOutbox } from "../../identity/mail/outbox.ts";
import { isMailOn } from "../../identity/mail/providers.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { hashNewPassword } from "../../identity/passwords/check-password.ts";
import { sessionPage } from "../../identity/scope.ts";
import { sessionCookie } from "../../identity/sessions/cookies.ts";
import { identifyAtPrimary } from "../../identity/sessions/identify.ts";
import { loadSession, type SessionLocals } from "../../identity/sessions/page-session.ts";
import { createDeviceId } from "../../identity/tokens/device-token.ts";
import * as events from "../../identity/users/account-events.ts";
import { checkSignIn } from "../../identity/users/sign-in.ts";
import { createUser } from "../../identity/users/users.ts";
import { group } from "../../web/app/scope.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { describeBody } from "../../web/contract/bodies.ts";
import { requireDevelopment } from "../../web/guards/require-development.ts";
import { requireButton } from "../../web/guards/require-form.ts";
import { errorsOf } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { nextPath } from "../../web/request/next-path.ts";
import { prefersHtml } from "../../web/request/prefers-html.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { formGuards, refuseForm } from "./forms.ts";
import { requireLoopback } from "./guards.ts";
import { loginPage, outboxPage, registerPage } from "./pages.ts";
import { EMAIL_TAKEN, login, outboxBody, registrationForm } from "./schema.ts";

const { route } = sessionPage;

const MAIL_SENT = "We are sending you an e-mail to confirm your address.";
const MAIL_OFF = "Mail is not configured, so no e-mail was sent to confirm your address.";

export const pages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    route.get("/login", {
      resolve: async (c) => {
        const next = nextPath(firstValue(c.raw.query.next), c.request.url, c.locals.app.startPath);
        if (await isSignedIn(c)) return seeOther(next);
        return htmlResponse(loginPage(await loadPageContext(c), next, c.locals.env.ENVIRONMENT === "development"));
      },
    }),

    route.post("/login", {
      guards: [...formGuards(z.object(login.shape)), limitAccount, requireHashingCapacity],
      resolve: async (c) => {
        const { form, parsed, env } = c.locals;
        const next = nextPath(form.next, c.request.url, c.locals.app.startPath);
        const checked = parsed.success ? await checkSignIn(c, parsed.data) : undefined;
        const headers = checked && (await events.startBrowserSession(c, checked.user, checked.deviceId));
        if (headers) return seeOther(next, headers);
        const state = { fields: form, errors: { form: "The e-mail address or the password is wrong." } };
        return htmlResponse(loginPage(await loadPageContext(c), next, env.ENVIRONMENT === "development", state), 401);
      },
    }),

    route.get("/register", {
      resolve: async (c) => {
        if (await isSignedIn(c)) return seeOther(c.locals.app.startPath);
        return htmlResponse(registerPage(await loadPageContext(c)));
      },
    }),

    route.post("/register", {
      guards: [...formGuards(registrationForm), limitMails, requireHashingCapacity],
      resolve: async (c) => {
        const { form, parsed, db, env, session, hashing } = c.locals;
        if (!parsed.success) return refuseForm(c, registerPage, form, errorsOf(parsed.error), 400);
        const { email, name, password } = parsed.data;
        const hashed = hashNewPassword(env, hashing, parsed.data, password);
        if ("problem" in hashed) return refuseForm(c, registerPage, form, { password: hashed.problem }, 400);
        const user = await createUser(db, { email, name, passwordHash: hashed.hash });
        if (!user) {
          return refuseForm(c, registerPage, form, { email: EMAIL_TAKEN }, 409);
        }
        sendLink(c, email, "verify");
        session.flash("done", `Welcome. ${isMailOn(env) ? MAIL_SENT : MAIL_OFF}`);
        return seeOther(c.locals.app.startPath, await events.startBrowserSession(c, user, createDeviceId()));
      },
    }),

    route.post("/logout", {
      guards: [requireAuth, requireCsrf, requireButton, requireCsrfToken],
      resolve: async (c) => {
        const { auth, user, env, session } = c.locals;
        if (auth.via === "session") await events.endSession(c, user.id, auth.sessionId);
        session.discardChanges();
        const headers = new Headers();
        sessionCookie.set(c.request, env, headers, null);
        return seeOther(c.locals.app.homePath, headers);
      },
    }),

    route.get("/outbox", {
      summary: "List the e-mails of the outbox, in development",
      guards: [requireDevelopment, requireLoopback],
      responses: { 200: describeBody(outboxBody, { mediaTypes: ["application/json", "text/html"] }) },
      resolve: async (c) => {
        const items = await listOutbox(c.locals.db);
        if (prefersHtml(c.request)) return htmlResponse(outboxPage(await loadPageContext(c), items));
        return Response.json({ items }, { headers: NOT_STORED });
      },
    }),
  ],
});

/**
 * Whether the visitor is signed in. A session that a replica still has is checked at the primary: otherwise a page that
 * checks it there would redirect the visitor back here, in a loop.
 */
async function isSignedIn(c: AppContext<SessionLocals>): Promise<boolean> {
  return c.locals.session.user !== null && (await identifyAtPrimary(c)).signedIn !== undefined;
}
