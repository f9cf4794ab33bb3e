/** Routes that are excepted from a rule of the policy, each with its reason. */

/** Reasons by the label of a route, such as `POST /login`. */
export interface PolicyExceptions {
  /** Routes that change state, without a guard that authenticates. */
  readonly unauthenticated: Readonly<Record<string, string>>;
  /** Routes without a limit. `GET` stands for HEAD, too, and `OPTIONS *` for every preflight. */
  readonly unlimited: Readonly<Record<string, string>>;
}

export const EXCEPTIONS: PolicyExceptions = {
  unauthenticated: {
    "POST /api/auth/register": "there is no account yet",
    "POST /api/auth/login": "the password in the body is the proof",
    "POST /api/auth/refresh": "the refresh token in the body is the proof",
    "POST /api/auth/forgot-password": "it only sends mail to the account's own address",
    "POST /api/auth/reset-password": "the token from the mail is the proof",
    "POST /api/auth/verify-email": "requireLinkOwner asks for a session or the password",
    "POST /login": "the password in the form is the proof",
    "POST /register": "there is no account yet",
    "POST /forgot-password": "it only sends mail to the account's own address",
    "POST /reset-password": "the token from the mail is the proof",
    "POST /verify-email": "requireLinkOwner asks for a session or the password",
  },
  unlimited: {
    "GET /health": "it answers from memory and reaches no storage",
    "OPTIONS *": "preflights are answered from the route table and reach no storage",
  },
};
