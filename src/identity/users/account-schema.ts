/** What the API and the pages ask for to register, to sign in, and to replace a lost password. */
import * as z from "zod";
import { storableText } from "../../web/request/text.ts";
import { givenPassword, newPassword, personalProblem } from "../passwords/password-rules.ts";

const MAX_EMAIL_LENGTH = 254;

/** A valid e-mail address (WHATWG HTML §4.10.5.1.5): what `<input type="email">` accepts. */
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/**
 * An address in the one form in which it is stored and compared: trimmed, in lower case, its domain in ASCII (`xn--`).
 *
 * @returns Undefined where the text is not an address, or longer than 254 characters in that form.
 * @example normalizeEmail(" User@MÜNCHEN.de"); // "user@xn--mnchen-3ya.de"
 */
export function normalizeEmail(text: string): string | undefined {
  const [local = "", domain = "", ...rest] = text.trim().split("@");
  const email = `${local}@${toAsciiDomain(domain)}`;
  if (rest.length > 0 || email.length > MAX_EMAIL_LENGTH || !EMAIL.test(email)) return undefined;
  // Only now: a Kelvin sign has a `k` for its lower case.
  return email.toLowerCase();
}

/**
 * By UTS 46, nontransitional, so that mail for `straße.de` does not go to `strasse.de`, which may be somebody else's.
 * (Chromium's e-mail field sends `strasse.de` for it.) An ASCII domain stays as it is.
 *
 * @returns Empty where the domain cannot be converted.
 */
function toAsciiDomain(domain: string): string {
  if (/^\p{ASCII}*$/u.test(domain)) return domain;
  // A URL could have ports, paths and escapes as well.
  if (!/^[a-zA-Z0-9.\-\P{ASCII}]+$/u.test(domain) || !URL.canParse(`http://${domain}`)) return "";
  const { hostname } = new URL(`http://${domain}`);
  const isIpv4 = /^[\d.]+$/.test(hostname);
  return isIpv4 ? "" : hostname;
}

/** An e-mail address, in the form that `normalizeEmail` gives: every spelling of it is one account. */
export const emailAddress = z.string().transform((text, context) => {
  const email = normalizeEmail(text);
  if (email !== undefined) return email;
  context.addIssue(`Enter an e-mail address such as name@example.com, of at most ${MAX_EMAIL_LENGTH} characters.`);
  return z.NEVER;
});

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** U+200C and U+200D are invisible, too, but Persian, Devanagari and emoji need them between two characters. */
const INVISIBLE = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/u;
const STRAY_JOINER = /(?<![^\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\u200c\u200d])/u;

/** The name of an account or of an API key, which people tell apart by it: it can be seen and fits on a line. */
export const displayName = storableText()
  .trim()
  .min(1, { error: "Enter a name.", abort: true })
  .max(100, "The name must not be longer than 100 characters.")
  .refine((text) => /[\p{L}\p{N}]/u.test(text), "The name must contain a letter or a digit.")
  .refine((text) => !CONTROL.test(text), "The name must not contain line breaks or control characters.")
  .refine(
    (text) => !INVISIBLE.test(text) && !STRAY_JOINER.test(text),
    "The name must not contain invisible characters. Type it again instead of pasting it.",
  );

const registrationFields = { email: emailAddress, name: displayName, password: newPassword };

type Registration = z.output<z.ZodObject<typeof registrationFields>>;

/** The app checks again where it hashes, since only there it knows whether the demonstration password is allowed. */
function refusePersonalPassword({ value, issues }: z.core.ParsePayload<Registration>): void {
  const message = personalProblem(value.password, value, true);
  if (message) issues.push({ code: "custom", message, path: ["password"], input: value.password });
}

export const registration = z.strictObject(registrationFields).check(refusePersonalPassword);

/** The same from a form, which has fields of its own besides. A schema of `registration.shape` would lose the check. */
export const registrationForm = z.object(registrationFields).check(refusePersonalPassword);

/** The device token that an earlier sign-in returned; the limit leaves room for a longer format. */
const deviceToken = z.string().max(200);

export const login = z.strictObject({
  email: emailAddress,
  password: givenPassword,
  deviceToken: deviceToken.optional(),
});

export const forgotten = z.strictObject({ email: emailAddress });

/** The token in the link of a mail. */
const token = z.string();

export const reset = z.strictObject({ token, password: newPassword });

/** Only a client that is not signed in to the account needs the password. A form sends an empty one. */
export const verification = z.strictObject({
  token,
  password: z
    .string()
    .transform((text) => (text === "" ? undefined : text))
    .pipe(givenPassword.optional())
    .optional(),
});
