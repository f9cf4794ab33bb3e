/** What the sign-in API takes. */
import * as z from "zod";
import { givenPassword, newPassword } from "../../identity/password-rules.ts";
import { displayName, emailAddress } from "../../identity/user-schema.ts";

export const registration = z.strictObject({ email: emailAddress, name: displayName, password: newPassword });

export const login = z.strictObject({ email: emailAddress, password: givenPassword });

export const refresh = z.strictObject({ refreshToken: z.string() });

export const forgotten = z.strictObject({ email: emailAddress });

/** What came with the link of a mail. */
const token = z.string();

export const reset = z.strictObject({ token, password: newPassword });

export const verification = z.strictObject({ token });
