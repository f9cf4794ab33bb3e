/** What is asked of whoever makes an account, signs in, or has lost the password: of the API and the pages alike. */
import * as z from "zod";
import { storableText } from "../web/text.ts";
import { givenPassword, newPassword } from "./password-rules.ts";

/** How somebody, or something of theirs, is called. */
export const displayName = storableText()
  .trim()
  .min(1, "The name is empty")
  .max(100, "The name is longer than 100 characters");

/** In lower case and without spaces around it: an address is one account, however it is typed. */
export const emailAddress = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, "The e-mail address is longer than 254 characters")
  .pipe(z.email("This is no e-mail address"));

export const registration = z.strictObject({ email: emailAddress, name: displayName, password: newPassword });

export const login = z.strictObject({ email: emailAddress, password: givenPassword });

export const forgotten = z.strictObject({ email: emailAddress });

/** What came with the link of a mail. */
const token = z.string();

export const reset = z.strictObject({ token, password: newPassword });

export const verification = z.strictObject({ token });
