/** Sends mail through Resend's HTTP API, with the secret `RESEND_API_KEY`. */
import { APP_NAME } from "../../web/app/app-name.ts";
import { MAIL_DEADLINE_MS, MailError, type MailProvider } from "./provider.ts";

const ENDPOINT = "https://api.resend.com/emails";

/** A type of error in Resend's documentation, such as `validation_error`. The message may quote the recipient. */
const ERROR_TYPE = /^[a-z_]{1,60}$/;

export const resend: MailProvider = {
  needs: "RESEND_API_KEY",
  async send({ RESEND_API_KEY, MAIL_FROM }, { to, subject, text }, id) {
    if (!RESEND_API_KEY)
      throw new MailError("The secret RESEND_API_KEY is missing", { isUnsent: true, mayRetry: false });
    const response = await request({
      method: "POST",
      headers: {
        Authorization: `Bearer ${RESEND_API_KEY}`,
        "Content-Type": "application/json",
        // For 24 hours, a request with the same key sends nothing.
        "Idempotency-Key": id,
        // Resend refuses requests without one.
        "User-Agent": APP_NAME,
      },
      body: JSON.stringify({ from: MAIL_FROM, to, subject, text }),
    });
    if (response.ok) {
      await response.body?.cancel();
      return;
    }
    const { status } = response;
    throw new MailError(`Resend responded ${status} ${await errorTypeOf(response)}`, {
      // 409: another request with the same key was accepted, or is being processed.
      isUnsent: status >= 400 && status < 500 && status !== 409,
      mayRetry: status === 429 || status >= 500,
    });
  },
};

async function request(init: RequestInit): Promise<Response> {
  try {
    return await fetch(ENDPOINT, { ...init, redirect: "manual", signal: AbortSignal.timeout(MAIL_DEADLINE_MS) });
  } catch (error) {
    const name = error instanceof Error ? error.name : "unknown";
    throw new MailError(`Resend did not respond: ${name}`, { isUnsent: false, mayRetry: true });
  }
}

async function errorTypeOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    const type = typeof body === "object" && body && "name" in body ? body.name : undefined;
    return typeof type === "string" && ERROR_TYPE.test(type) ? type : "without an error type";
  } catch {
    return "without JSON";
  }
}
