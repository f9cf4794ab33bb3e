/** The pages behind mailed links: to choose a new password, and to confirm an address. */
import * as z from "zod";
import type { AppLocals, RequestDatabase } from "../../env.ts";
import type { Context } from "../../http/index.ts";
import { requireHashingCapacity } from "../../identity/guards/require-hashing-capacity.ts";
import { type LinkLocals, requireLink } from "../../identity/guards/require-link.ts";
import { requireLinkOwner } from "../../identity/guards/require-link-owner.ts";
import { requireMail } from "../../identity/guards/require-mail.ts";
import { commonLimits, limitAccount, limitMails } from "../../identity/limits.ts";
import { sendLink } from "../../identity/mail/links.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import { hashNewPassword } from "../../identity/passwords/check-password.ts";
import { sessionPage } from "../../identity/scope.ts";
import { deviceCookie } from "../../identity/sessions/cookies.ts";
import { loadSession, type SessionLocals } from "../../identity/sessions/page-session.ts";
import { type EmailPurpose, findTokenOwner } from "../../identity/tokens/email-tokens.ts";
import * as events from "../../identity/users/account-events.ts";
import { group } from "../../web/app/scope.ts";
import type { FormLocals } from "../../web/guards/require-form.ts";
import type { FormErrors } from "../../web/pages/form-fields.ts";
import { errorsOf } from "../../web/pages/form-fields.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { firstValue } from "../../web/request/query-value.ts";
import { seeOther } from "../../web/respond/see-other.ts";
import { type FormPage, formGuards, refuseForm } from "./forms.ts";
import { resetEndedPage, resetPage, verifyEndedPage, verifyPage } from "./link-pages.ts";
import { forgotPage } from "./pages.ts";
import { forgotten, reset, verification } from "./schema.ts";

const { route } = sessionPage;

type LinkForm = Context<unknown, unknown, unknown, AppLocals & SessionLocals & FormLocals>;
type OwnerForm = Context<unknown, unknown, unknown, AppLocals & SessionLocals & FormLocals & LinkLocals>;

const requireResetLink = requireLink("reset", (c: LinkForm) => {
  const { parsed } = c.locals;
  return refuseReset(c, parsed.success ? {} : errorsOf(parsed.error));
});

const requireVerifyLink = requireLink("verify", linkEnded, [303]);

const requireOwner = requireLinkOwner((c: OwnerForm) => {
  const { form, session, link } = c.locals;
  const page: FormPage = (context, state) =>
    verifyPage(context, { token: link.token, email: link.user.email }, link.user.id !== session.user?.id, state);
  const error = form.password ? "The password is wrong." : "Enter the password for this account.";
  return refuseForm(c, page, form, { password: error }, 401);
});

export const linkPages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    route.get("/forgot-password", {
      guards: [requireMail],
      resolve: async (c) => htmlResponse(forgotPage(await loadPageContext(c))),
    }),

    route.post("/forgot-password", {
      guards: [requireMail, ...formGuards(z.object(forgotten.shape)), limitMails],
      resolve: async (c) => {
        const { form, parsed, session } = c.locals;
        if (!parsed.success) return refuseForm(c, forgotPage, form, errorsOf(parsed.error), 400);
        sendLink(c, parsed.data.email, "reset");
        session.flash("done", "If an account with this address exists, an e-mail is on its way.");
        return seeOther("/login");
      },
    }),

    route.get("/reset-password", {
      resolve: async (c) => {
        const token = firstValue(c.raw.query.token) ?? "";
        const owner = await findOwner(c.locals.db, token, "reset");
        const context = await loadPageContext(c);
        return htmlResponse(owner ? resetPage(context, { token, email: owner.email }) : resetEndedPage(context));
      },
    }),

    route.post("/reset-password", {
      guards: [...formGuards(z.object(reset.shape)), requireResetLink, requireHashingCapacity],
      resolve: async (c) => {
        const { parsed, env, session, hashing, link } = c.locals;
        if (!parsed.success) return refuseReset(c, errorsOf(parsed.error));
        const hashed = hashNewPassword(env, hashing, link.user, parsed.data.password);
        if ("problem" in hashed) return refuseReset(c, { password: hashed.problem });
        const deviceToken = await events.resetPassword(c, link, hashed.hash);
        if (deviceToken === undefined) return refuseReset(c, {});
        session.flash("done", "Your password has been changed. Sign in with it.");
        const headers = new Headers();
        deviceCookie.set(c.request, env, headers, deviceToken);
        return seeOther("/login", headers);
      },
    }),

    route.get("/verify-email", {
      resolve: async (c) => {
        const { db, session } = c.locals;
        const token = firstValue(c.raw.query.token) ?? "";
        const owner = await findOwner(db, token, "verify");
        const context = await loadPageContext(c);
        if (!owner) return htmlResponse(verifyEndedPage(context, session.user?.emailVerified === true));
        const needsPassword = owner.id !== session.user?.id;
        return htmlResponse(verifyPage(context, { token, email: owner.email }, needsPassword));
      },
    }),

    route.post("/verify-email", {
      guards: [
        ...formGuards(z.object(verification.shape)),
        requireVerifyLink,
        limitAccount,
        requireHashingCapacity,
        requireOwner,
      ],
      resolve: async (c) => {
        const user = await events.confirmAddress(c, c.locals.link);
        if (!user) return linkEnded();
        c.locals.session.flash("done", "Your e-mail address is confirmed.");
        return seeOther(c.locals.app.startPath);
      },
    }),
  ],
});

/** Redirects to the link's page without the token, which explains how to continue. */
function linkEnded(): Response {
  return seeOther("/verify-email");
}

/** A replica may not have the link yet, since it was mailed a moment ago. */
function findOwner(db: RequestDatabase, token: string, purpose: EmailPurpose) {
  db.usePrimary();
  return findTokenOwner(db, token, purpose);
}

/** Shows the form again with 400 or, if the link no longer works, the page that says so with 422. */
async function refuseReset(c: LinkForm, errors: FormErrors): Promise<Response> {
  const { form, db } = c.locals;
  const { token = "" } = form;
  const owner = await findOwner(db, token, "reset");
  if (!owner) return htmlResponse(resetEndedPage(await loadPageContext(c)), 422);
  const page: FormPage = (context, state) => resetPage(context, { token, email: owner.email }, state);
  return refuseForm(c, page, form, errors, 400);
}
