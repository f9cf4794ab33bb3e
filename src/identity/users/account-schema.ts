/** E-mail addresses and names of accounts, as the API and the pages accept them. */
import * as z from "zod";
import { storableText } from "../../web/request/text.ts";

const MAX_EMAIL_LENGTH = 254;

/** A valid e-mail address (WHATWG HTML §4.10.5.1.5), as `<input type="email">` accepts it. */
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/;

/**
 * Converts an address to the form in which it is stored and compared: trimmed, in lower case, its domain in ASCII
 * (`xn--`).
 *
 * @returns Undefined if the text is not an address, or is longer than 254 characters in that form.
 * @example normalizeEmail(" User@MÜNCHEN.de"); // "user@xn--mnchen-3ya.de"
 */
export function normalizeEmail(text: string): string | undefined {
  const [local = "", domain = "", ...rest] = text.trim().split("@");
  const email = `${local}@${toAsciiDomain(domain)}`;
  if (rest.length > 0 || email.length > MAX_EMAIL_LENGTH || !EMAIL.test(email)) return undefined;
  // After the check, because the lower case of a Kelvin sign is an ASCII `k`.
  return email.toLowerCase();
}

/**
 * Converts a domain by UTS 46, nontransitional, so that mail for `straße.de` does not go to the possibly foreign
 * `strasse.de`. (Chromium's e-mail field sends `strasse.de` instead.) An ASCII domain stays unchanged.
 *
 * @returns An empty string if the domain cannot be converted.
 */
function toAsciiDomain(domain: string): string {
  if (/^\p{ASCII}*$/u.test(domain)) return domain;
  // Excludes ports, paths and escapes, which a URL may contain.
  if (!/^[a-zA-Z0-9.\-\P{ASCII}]+$/u.test(domain) || !URL.canParse(`http://${domain}`)) return "";
  const { hostname } = new URL(`http://${domain}`);
  const isIpv4 = /^[\d.]+$/.test(hostname);
  return isIpv4 ? "" : hostname;
}

/** The label of fields for an e-mail address. */
export const EMAIL_LABEL = "E-mail";

/** An e-mail address in the form of `normalizeEmail`, so that every spelling belongs to the same account. */
export const emailAddress = z
  .string()
  .meta({ title: EMAIL_LABEL, description: "An e-mail address", examples: ["name@example.com"] })
  .transform((text, context) => {
    const email = normalizeEmail(text);
    if (email !== undefined) return email;
    context.addIssue(`Enter an e-mail address such as name@example.com, with at most ${MAX_EMAIL_LENGTH} characters.`);
    return z.NEVER;
  });

const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** U+200C and U+200D are also invisible, but Persian, Devanagari and emoji need them between two characters. */
const INVISIBLE = /(?![\u200c\u200d])\p{Default_Ignorable_Code_Point}/u;
const STRAY_JOINER = /(?<![^\u200c\u200d])[\u200c\u200d]|[\u200c\u200d](?![^\u200c\u200d])/u;

/** The name of an account or of an API key. It must be visible and on one line, so that people can read it. */
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
