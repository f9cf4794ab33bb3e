import { expect, test } from "vitest";
import { type MailConfig, mailWarning } from "../../scripts/mail-warning.ts";

const EMAIL = [{ name: "EMAIL" }];

test.each<[vars: MailConfig["vars"], send_email: MailConfig["send_email"] | null, secrets: string[], said: RegExp]>([
  [{}, null, [], /^Mail is off/],
  [{ MAIL_PROVIDER: "" }, EMAIL, ["RESEND_API_KEY"], /^Mail is off/],
  [{ MAIL_PROVIDER: "smtp" }, EMAIL, ["RESEND_API_KEY"], /"smtp", but .* cloudflare, resend\./],
  [{ MAIL_PROVIDER: "constructor" }, EMAIL, [], /"constructor", but/],
  [{ MAIL_PROVIDER: 1 }, EMAIL, [], /is 1, but/],
  [{ MAIL_PROVIDER: "cloudflare" }, null, ["RESEND_API_KEY"], /lacks EMAIL\./],
  [{ MAIL_PROVIDER: "cloudflare" }, [{ name: "MAIL" }, {}], [], /lacks EMAIL\./],
  [{ MAIL_PROVIDER: "resend" }, EMAIL, ["TOKEN_KEYS"], /lacks RESEND_API_KEY\./],
])("of %j with the bindings %j and the secrets %j, the deploy says %s", (vars, send_email, secrets, said) => {
  expect(mailWarning({ vars, ...(send_email && { send_email }) }, secrets)).toMatch(said);
});

test.each<[MailConfig, string[]]>([
  [{ vars: { MAIL_PROVIDER: "cloudflare" }, send_email: EMAIL }, []],
  [{ vars: { MAIL_PROVIDER: "resend" } }, ["RESEND_API_KEY"]],
])("of %j with the secrets %j, the deploy says nothing", (config, secrets) => {
  expect(mailWarning(config, secrets)).toBeUndefined();
});
