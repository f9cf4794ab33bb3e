/** The mails that carry a link. They hold nothing that whoever caused them wrote: it may be a stranger. */
import type { AppLocals } from "../env.ts";
import { describeError } from "../web/log.ts";
import { createEmailToken } from "./email-tokens.ts";
import { createMailer, type Mail } from "./mailer.ts";
import type { User } from "./user.ts";

interface Sender {
  readonly request: Request;
  readonly locals: AppLocals;
}

/** Sends the link that proves the address, after the response; a failure is logged. */
export function sendVerification({ request, locals }: Sender, { id, email }: User): void {
  later(locals, async () => {
    const link = linkTo(request, "/verify-email", await createEmailToken(locals.env.DB, id, "verify"));
    return {
      to: email,
      subject: "Your e-mail address",
      text: `Hello,\n\nplease confirm that this is your address:\n\n${link}\n\nThe link is good for a day. If you have not made an account, ignore this mail.\n`,
    };
  });
}

/** Sends the link for a new password, after the response; a failure is logged. */
export function sendPasswordReset({ request, locals }: Sender, { id, email }: User): void {
  later(locals, async () => {
    const link = linkTo(request, "/reset-password", await createEmailToken(locals.env.DB, id, "reset"));
    return {
      to: email,
      subject: "A new password",
      text: `Hello,\n\nhere you can choose a new password:\n\n${link}\n\nThe link is good for half an hour, once. If you have not asked for it, ignore this mail.\n`,
    };
  });
}

/** Behind the response, so that its time does not tell whether there was anything to send. */
function later({ env, ctx, requestId }: AppLocals, write: () => Promise<Mail>): void {
  const sent = write().then((mail) => createMailer(env).send(mail));
  ctx.waitUntil(
    sent.catch((error) => {
      console.error(JSON.stringify({ level: "error", requestId, message: "Mail", error: describeError(error) }));
    }),
  );
}

function linkTo(request: Request, path: string, token: string): string {
  return `${new URL(path, request.url).href}?${new URLSearchParams({ token })}`;
}
