/** Sends mail through Cloudflare's Email Service, by the binding `EMAIL`. */
import { withDeadline } from "../../web/platform/transient.ts";
import { MAIL_DEADLINE_MS, MailError, type MailProvider } from "./provider.ts";

/** The one failure after which the e-mail was certainly not sent and may be accepted soon. */
const RATE_LIMITED = "E_RATE_LIMIT_EXCEEDED";

/** The failures after which the e-mail was certainly not sent: the service refuses such an e-mail before it sends any. */
const REFUSED: ReadonlySet<string | undefined> = new Set([
  RATE_LIMITED,
  "E_DAILY_LIMIT_EXCEEDED",
  "E_VALIDATION_ERROR",
  "E_FIELD_MISSING",
  "E_CONTENT_TOO_LARGE",
  "E_SENDER_NOT_VERIFIED",
  "E_SENDER_DOMAIN_NOT_AVAILABLE",
  "E_RECIPIENT_NOT_ALLOWED",
  "E_RECIPIENT_SUPPRESSED",
]);

export const cloudflare: MailProvider = {
  needs: "EMAIL",
  async send({ EMAIL, MAIL_FROM }, { to, subject, text }) {
    if (!EMAIL) throw new MailError("The binding EMAIL is missing", { isUnsent: true, mayRetry: false });
    try {
      await withDeadline(EMAIL.send({ from: MAIL_FROM, to, subject, text }), MAIL_DEADLINE_MS);
    } catch (error) {
      const code = codeOf(error);
      // The binding takes no idempotency key: after any other failure, a second attempt could send the e-mail twice.
      throw new MailError(`${code ?? "EMAIL failed"}: ${messageOf(error)}`, {
        isUnsent: REFUSED.has(code),
        mayRetry: code === RATE_LIMITED,
      });
    }
  },
};

/** The code of an error of the Email Service, such as `E_SENDER_NOT_VERIFIED`. */
function codeOf(error: unknown): string | undefined {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return typeof code === "string" && /^E_[A-Z_]{1,60}$/.test(code) ? code : undefined;
}

/** The message without addresses and links, which the service may quote. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : "";
  return message.replace(/\S+@\S+/g, "[address]").replace(/https?:\/\/\S+/g, "[link]");
}
