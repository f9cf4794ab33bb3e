/** The guards that the routes of this feature need for what they do. */
import { expect, test } from "vitest";
import { guardsOf } from "../../policy/guards-of.ts";

const SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  "POST /api/me/verify-email": ["requireMail", "rateLimit(mail-sender)"],
  "POST /account/verify-email": ["requireMail", "rateLimit(mail-sender)"],
  "POST /api/me/password": [
    "rateLimit(notices)",
    "rateLimit(session-password)",
    "requireHashingCapacity",
    "requireCurrentPassword",
  ],
  "POST /account/password": [
    "rateLimit(notices)",
    "rateLimit(session-password)",
    "requireHashingCapacity",
    "requireCurrentPassword",
  ],
  "POST /api/me/confirm-password": ["rateLimit(session-password)", "requireHashingCapacity", "requireCurrentPassword"],
  "POST /account/confirm-password": ["rateLimit(session-password)", "requireHashingCapacity", "requireCurrentPassword"],
  "POST /api/me/keys": ["requireRecentSignIn", "rateLimit(notices)"],
  "POST /account/keys": ["requireRecentSignIn", "rateLimit(notices)"],
};

test.each(Object.entries(SENSITIVE))("%s has its guards, in order", (label, expected) => {
  expect(guardsOf(label).filter((name) => expected.includes(name))).toEqual(expected);
});
