/** Mails that tell a user what has happened to the account. They are sent for every such event, without a limit. */
import type { AppLocals } from "../../env.ts";
import { APP_NAME } from "../../web/app/app-name.ts";
import type { Role, User } from "../users/user.ts";
import { sendLater } from "./mailer.ts";

export type Notice =
  | { readonly event: "password reset" | "password changed" | "account deleted" }
  | { readonly event: "API key created"; readonly keyName: string }
  | { readonly event: "role changed"; readonly role: Role };

/** Mails the notice after the response. */
export function sendNotice(locals: AppLocals, { email }: Pick<User, "email">, notice: Notice): void {
  const { subject, text } = noticeMail(notice);
  sendLater(locals, async () => ({ to: email, subject, text: `Hello,\n\n${text}\n` }));
}

const NOT_YOU = "If this was not you, ask for a new password now: that ends every session and every API key.";

function noticeMail(notice: Notice): { readonly subject: string; readonly text: string } {
  switch (notice.event) {
    case "password reset":
      return {
        subject: "Your password was reset",
        text: `your password was reset. Every session, API key and open link of your ${APP_NAME} account has ended. ${NOT_YOU}`,
      };
    case "password changed":
      return {
        subject: "Your password was changed",
        text: `your password was changed. All other sessions of your ${APP_NAME} account have ended. ${NOT_YOU}`,
      };
    case "API key created":
      return {
        subject: "An API key was created",
        text: `the API key “${notice.keyName}” was created for your ${APP_NAME} account. ${NOT_YOU}`,
      };
    case "role changed":
      return {
        subject: "Your role has changed",
        text: `the role of your ${APP_NAME} account is now: ${notice.role === "admin" ? "administrator" : "user"}.`,
      };
    case "account deleted":
      return {
        subject: "Your account was deleted",
        text: `an administrator has deleted your ${APP_NAME} account and everything that belongs to it.`,
      };
  }
}
