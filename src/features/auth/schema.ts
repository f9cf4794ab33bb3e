/** The input of registration, sign-in and password reset, for both the API and the pages. */
import * as z from "zod";
import { mailBody } from "../../identity/mail/outbox.ts";
import { givenPassword, newPassword, personalProblem } from "../../identity/passwords/password-rules.ts";
import { displayName, emailAddress } from "../../identity/users/account-schema.ts";
import { userBody } from "../../identity/users/user.ts";

/** The message for an address that is taken, perhaps by the same user's registration, whose response was lost. */
export const EMAIL_TAKEN =
  "An account with this e-mail address already exists. If you have just created it, sign in with your password.";

const registrationFields = { email: emailAddress, name: displayName, password: newPassword };

type Registration = z.output<z.ZodObject<typeof registrationFields>>;

/** Checked again before hashing, because only there the app knows whether the demonstration password is allowed. */
function refusePersonalPassword({ value, issues }: z.core.ParsePayload<Registration>): void {
  const message = personalProblem(value.password, value, true);
  if (message) issues.push({ code: "custom", message, path: ["password"], input: value.password });
}

export const registration = z.strictObject(registrationFields).check(refusePersonalPassword);

/** The same for a form, which has additional fields. A schema from `registration.shape` would lose the check. */
export const registrationForm = z.object(registrationFields).check(refusePersonalPassword);

/** The device token that an earlier sign-in returned; the limit leaves room for a longer format. */
const deviceToken = z.string().max(200);

export const login = z.strictObject({
  email: emailAddress,
  password: givenPassword,
  deviceToken: deviceToken.optional(),
});

export const forgotten = z.strictObject({ email: emailAddress });

/** The token of a mailed link. */
const token = z.string();

export const reset = z.strictObject({ token, password: newPassword });

/** A client that is signed in to the account does not need the password. A form then sends an empty one. */
export const verification = z.strictObject({
  token,
  password: z
    .string()
    .transform((text) => (text === "" ? undefined : text))
    .pipe(givenPassword.optional())
    .optional(),
});

export const accountBody = z.object({ user: userBody });

/** A new account. */
export const registeredBody = accountBody.extend({
  mail: z
    .enum(["on", "off"])
    .describe("If `off`, mail is not configured, and no link for verifying the address was sent."),
});

/** The token that proves to a later sign-in that the password was entered on this device. */
export const deviceTokenBody = z.object({ deviceToken: z.string() });

/** The e-mails of the outbox, newest first. */
export const outboxBody = z.object({ items: z.array(mailBody) });

export const refresh = z.strictObject({ refreshToken: z.string() });
