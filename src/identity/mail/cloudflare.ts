/** Sends mail through Cloudflare's Email Service, by the binding `EMAIL`. */
import { withDeadline } from "../../web/platform/transient.ts";
import { MAIL_DEADLINE_MS, MailError, type MailProvider } from "./provider.ts";

/** The one failure after which the e-mail was certainly not sent and may be accepted soon. */
const RATE_LIMITED = "E_RATE_LIMIT_EXCEEDED";

export const cloudflare: MailProvider = {
  needs: "EMAIL",
  async send({ EMAIL, MAIL_FROM }, { to, subject, text }) {
    if (!EMAIL) throw new MailError("The binding EMAIL is missing", false);
    try {
      await withDeadline(EMAIL.send({ from: MAIL_FROM, to, subject, text }), MAIL_DEADLINE_MS);
    } catch (error) {
      const code = codeOf(error);
      // The binding takes no idempotency key: after any other failure, a second attempt could send the e-mail twice.
      throw new MailError(`${code ?? "EMAIL failed"}: ${messageOf(error)}`, code === RATE_LIMITED);
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
