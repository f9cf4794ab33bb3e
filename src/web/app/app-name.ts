/** The names of the app, which `npm run rename` changes. */

/** The name on pages and in e-mails. */
export const APP_NAME = "Candor";

/** The prefix of API keys, and the issuer of access tokens. */
export const APP_ID = "candor";
