/** The providers that the variable `MAIL_PROVIDER` chooses from. Without one, mail is off, except in development. */
import type { RequestEnv } from "../../env.ts";
import { cloudflare } from "./cloudflare.ts";
import type { MailProvider } from "./provider.ts";
import { resend } from "./resend.ts";

/** By the value of `MAIL_PROVIDER`. To add one, write a file like `resend.ts` and list it here. */
export const PROVIDERS: ReadonlyMap<string, MailProvider> = new Map([
  ["cloudflare", cloudflare],
  ["resend", resend],
]);

/** Whether e-mails are sent or, in development, kept in the outbox. */
export function isMailOn({ ENVIRONMENT, MAIL_PROVIDER }: RequestEnv): boolean {
  return ENVIRONMENT === "development" || PROVIDERS.has(MAIL_PROVIDER);
}
