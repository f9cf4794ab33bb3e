/** The texts of all e-mails. Each function turns data into the subject and the plain text of one kind of e-mail. */
import { APP_NAME } from "../../web/app/app-name.ts";
import type { EmailPurpose } from "../tokens/email-tokens.ts";
import type { Role } from "../users/user.ts";

export interface MailContent {
  readonly subject: string;
  /** Plain text. */
  readonly text: string;
}

/**
 * An e-mail with a link. It contains no text from the request, since a stranger may have sent it.
 *
 * @param url The address of the page that accepts the link, with its token.
 */
export function linkMail(purpose: EmailPurpose, url: string): MailContent {
  switch (purpose) {
    case "verify":
      return {
        subject: "Confirm your e-mail address",
        text: paragraphs(
          `Please confirm that this address belongs to your ${APP_NAME} account:`,
          url,
          "The link works once, within 24 hours, if you are signed in or know the password. If you did not create the " +
            "account, do not confirm it. To take the account over, request a new password.",
        ),
      };
    case "reset":
      return {
        subject: "Reset your password",
        text: paragraphs(
          `Choose a new password for your ${APP_NAME} account:`,
          url,
          "The link works once, within one hour. If you did not request it, ignore this e-mail: nothing has changed.",
        ),
      };
  }
}

/** An event of an account that its user is notified of. */
export type Notice =
  | { readonly event: "password reset" | "password changed" | "account deleted" }
  | { readonly event: "API key created"; readonly keyName: string }
  | { readonly event: "role changed"; readonly role: Role };

const NOT_YOU = "If this was not you, request a new password now: that ends every session and every API key.";

export function noticeMail(notice: Notice): MailContent {
  switch (notice.event) {
    case "password reset":
      return {
        subject: "Your password was reset",
        text: paragraphs(
          `Your password was reset. Every session, API key and open link of your ${APP_NAME} account has ended. ${NOT_YOU}`,
        ),
      };
    case "password changed":
      return {
        subject: "Your password was changed",
        text: paragraphs(
          `Your password was changed. All other sessions of your ${APP_NAME} account have ended. ${NOT_YOU}`,
        ),
      };
    case "API key created":
      return {
        subject: "An API key was created",
        text: paragraphs(`The API key “${notice.keyName}” was created for your ${APP_NAME} account. ${NOT_YOU}`),
      };
    case "role changed":
      return {
        subject: "Your role has changed",
        text: paragraphs(
          `The role of your ${APP_NAME} account is now: ${notice.role === "admin" ? "administrator" : "user"}.`,
        ),
      };
    case "account deleted":
      return {
        subject: "Your account was deleted",
        text: paragraphs(`An administrator has deleted your ${APP_NAME} account and everything that belongs to it.`),
      };
  }
}

function paragraphs(...texts: readonly string[]): string {
  return `${["Hello,", ...texts].join("\n\n")}\n`;
}
