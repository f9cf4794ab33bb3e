/** The mails that carry a link. They hold nothing that whoever caused them wrote: it may be a stranger. */
import type { AppLocals } from "../env.ts";
import { describeError } from "../web/log.ts";
import { createEmailToken, type EmailPurpose } from "./email-tokens.ts";
import { createMailer, type Mail } from "./mailer.ts";
import type { User } from "./user.ts";

/** Where the link leads, and what stands around it. */
interface Letter {
  readonly path: string;
  readonly subject: string;
  readonly before: string;
  readonly after: string;
}

const LETTERS: Readonly<Record<EmailPurpose, Letter>> = {
  verify: {
    path: "/verify-email",
    subject: "Your e-mail address",
    before: "Hello,\n\nplease confirm that this is your address:",
    after: "The link is good for a day. If you have not made an account, ignore this mail.",
  },
  reset: {
    path: "/reset-password",
    subject: "A new password",
    before: "Hello,\n\nhere you can choose a new password:",
    after: "The link is good for half an hour, once. If you have not asked for it, ignore this mail.",
  },
};

/** Mails a link to a user, after the response, lest its time tell that there was one; a failure is logged. */
export function sendLink(
  { request, locals }: { readonly request: Request; readonly locals: AppLocals },
  user: User,
  purpose: EmailPurpose,
): void {
  const { env, ctx, requestId } = locals;
  const sent = writeMail(env.DB, request, user, purpose).then((mail) => createMailer(env).send(mail));
  ctx.waitUntil(
    sent.catch((error) => {
      console.error(JSON.stringify({ level: "error", requestId, message: "Mail", error: describeError(error) }));
    }),
  );
}

async function writeMail(db: D1Database, request: Request, { id, email }: User, purpose: EmailPurpose): Promise<Mail> {
  const { path, subject, before, after } = LETTERS[purpose];
  const token = await createEmailToken(db, id, purpose);
  const link = `${new URL(path, request.url).href}?${new URLSearchParams({ token })}`;
  return { to: email, subject, text: `${before}\n\n${link}\n\n${after}\n` };
}
