/** Mails with a link. They contain nothing that the sender of the request wrote: it may be a stranger. */
import type { AppLocals } from "../../env.ts";
import { APP_NAME } from "../../web/app/app-name.ts";
import { publicOrigin } from "../../web/request/own-origin.ts";
import { createEmailToken, deleteEmailToken, type EmailPurpose } from "../tokens/email-tokens.ts";
import { findCredentials } from "../users/users.ts";
import { sendLater } from "./mailer.ts";

/** A mail around a link. */
interface LinkMail {
  /** The page that the link opens. */
  readonly page: "verifyEmail" | "resetPassword";
  readonly subject: string;
  readonly before: string;
  readonly after: string;
}

const LINK_MAILS: Readonly<Record<EmailPurpose, LinkMail>> = {
  verify: {
    page: "verifyEmail",
    subject: "Confirm your e-mail address",
    before: `Hello,\n\nplease confirm that this address belongs to your ${APP_NAME} account:`,
    after:
      "The link works once, for 24 hours, where you are signed in or know the password. If you did not create the " +
      "account, do not confirm it. You can take it over by asking for a new password.",
  },
  reset: {
    page: "resetPassword",
    subject: "Reset your password",
    before: `Hello,\n\nchoose a new password for your ${APP_NAME} account:`,
    after: "The link works once, for one hour. If you did not ask for it, ignore this mail: nothing has changed.",
  },
};

interface Cause {
  readonly request: Request;
  readonly locals: AppLocals;
}

/**
 * Mails a link to the account with this address, if there is one, if fewer than three of its links are live, and if the
 * app has the page that the link opens. All of
 * the work comes after the response: its time does not tell whether the account exists.
 */
export function sendLink({ request, locals }: Cause, email: string, purpose: EmailPurpose): void {
  const { env } = locals;
  sendLater(locals, async () => {
    const { page, subject, before, after } = LINK_MAILS[purpose];
    const path = locals.app.paths[page];
    if (path === undefined) return undefined;
    const user = await findCredentials(env.DB, { email });
    if (!user) return undefined;
    const url = new URL(path, publicOrigin(request, env));
    const token = await createEmailToken(env.DB, user.id, purpose);
    if (token === undefined) return undefined;
    url.searchParams.set("token", token);
    const text = `${before}\n\n${url.href}\n\n${after}\n`;
    return { to: email, subject, text, discard: () => deleteEmailToken(env.DB, token) };
  });
}
