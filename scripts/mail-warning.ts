/** Says before a deploy what keeps the deployed app from sending mail. */
import { PROVIDERS } from "../src/identity/mail/providers.ts";

/** The part of a configuration that mail depends on. */
export interface MailConfig {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly send_email?: readonly { readonly name?: unknown }[];
}

/**
 * Describes in one sentence why the app will not send mail; undefined if it will.
 *
 * @param secrets The names of the Worker's secrets, with those that the deploy sets.
 *
 * @example
 * mailWarning({ vars: { MAIL_PROVIDER: "cloudflare" }, send_email: [{ name: "EMAIL" }] }, []); // undefined
 */
export function mailWarning({ vars, send_email = [] }: MailConfig, secrets: readonly string[]): string | undefined {
  const chosen = vars.MAIL_PROVIDER ?? "";
  if (chosen === "")
    return "Mail is off, since MAIL_PROVIDER is empty: users cannot reset passwords or confirm addresses (src/identity/README.md says how to turn it on).";
  const provider = typeof chosen === "string" ? PROVIDERS.get(chosen) : undefined;
  if (!provider)
    return `MAIL_PROVIDER is ${JSON.stringify(chosen)}, but it must be empty or one of: ${[...PROVIDERS.keys()].join(", ")}. Until it is, the app responds 500.`;
  const available = [...secrets, ...send_email.map(({ name }) => name)];
  if (available.includes(provider.needs)) return undefined;
  return `MAIL_PROVIDER is "${chosen}", but the Worker lacks ${provider.needs}. Until it has it, the app responds 500 (src/identity/README.md says how to set it).`;
}
