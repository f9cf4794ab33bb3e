/** The guards that the routes of this feature need for what they do. */
import { expect, test } from "vitest";
import { guardsOf } from "../../policy/guards-of.ts";

const SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  "POST /api/auth/register": ["rateLimit(sign-in)", "rateLimit(mail-sender)", "requireHashingCapacity"],
  "POST /register": ["rateLimit(sign-in)", "rateLimit(mail-sender)", "requireHashingCapacity"],
  "POST /api/auth/login": ["rateLimit(sign-in)", "rateLimit(account)", "requireHashingCapacity"],
  "POST /login": ["rateLimit(sign-in)", "rateLimit(account)", "requireHashingCapacity"],
  "POST /api/auth/forgot-password": ["requireMail", "rateLimit(sign-in)", "rateLimit(mail-sender)"],
  "GET /forgot-password": ["requireMail"],
  "POST /forgot-password": ["requireMail", "rateLimit(sign-in)", "rateLimit(mail-sender)"],
  "POST /api/auth/reset-password": ["rateLimit(sign-in)", "requireLink(reset)", "requireHashingCapacity"],
  "POST /reset-password": ["rateLimit(sign-in)", "requireLink(reset)", "requireHashingCapacity"],
  "POST /api/auth/verify-email": [
    "rateLimit(sign-in)",
    "requireLink(verify)",
    "rateLimit(account)",
    "requireHashingCapacity",
    "requireLinkOwner",
  ],
  "POST /verify-email": [
    "rateLimit(sign-in)",
    "requireLink(verify)",
    "rateLimit(account)",
    "requireHashingCapacity",
    "requireLinkOwner",
  ],
};

test.each(Object.entries(SENSITIVE))("%s has its guards, in order", (label, expected) => {
  expect(guardsOf(label).filter((name) => expected.includes(name))).toEqual(expected);
});
