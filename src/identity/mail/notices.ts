/** E-mails that notify a user of events of the account. They are sent for every such event, without a limit. */
import type { AppLocals } from "../../env.ts";
import type { User } from "../users/user.ts";
import { type Notice, noticeMail } from "./mail-templates.ts";
import { sendLater } from "./mailer.ts";

/** Sends the notice after the response. */
export function sendNotice(locals: AppLocals, { email }: Pick<User, "email">, notice: Notice): void {
  sendLater(locals, async () => ({ to: email, ...noticeMail(notice) }));
}
