/** Routes that are excepted from a rule of the policy, each with its reason: `npm run routes` prints them, a test pins them. */

/** Routes that change state and authenticate nobody. */
export const UNAUTHENTICATED: Readonly<Record<string, string>> = {
  "POST /api/auth/register": "there is no account yet",
  "POST /api/auth/login": "the password in the body is the proof",
  "POST /api/auth/refresh": "the refresh token in the body is the proof",
  "POST /api/auth/forgot-password": "all it does is send mail to the account's own address",
  "POST /api/auth/reset-password": "the token from the mail is the proof",
  "POST /api/auth/verify-email": "requireLinkOwner asks for a session or the password",
  "POST /login": "the password in the form is the proof",
  "POST /register": "there is no account yet",
  "POST /forgot-password": "all it does is send mail to the account's own address",
  "POST /reset-password": "the token from the mail is the proof",
  "POST /verify-email": "requireLinkOwner asks for a session or the password",
};

/** Routes without a limit. A preflight (OPTIONS) is answered from the table, for every path alike. */
export const UNLIMITED: Readonly<Record<string, string>> = {
  "GET /health": "it answers from memory and reaches no storage",
  "HEAD /health": "it answers from memory and reaches no storage",
  "OPTIONS *": "preflights are answered from the route table and reach no storage",
};

/** The key of a route in the lists above. */
export function labelOf({ method, path }: { readonly method: string; readonly path: string }): string {
  return method === "OPTIONS" ? "OPTIONS *" : `${method} ${path}`;
}
