/** The app's names: `npm run rename` changes them. */

/** As pages and mails show it. */
export const APP_NAME = "Candor";

/** What API keys begin with, and the issuer of access tokens. */
export const APP_ID = "candor";
