/** The names of the app, which `npm run rename` changes. */

/** The name on pages and in e-mails. */
export const APP_NAME = "Candor";

/** The prefix of API keys, and the issuer of access tokens. */
export const APP_ID = "candor";

/** For search engines, previews of links, and the web app manifest. */
export const APP_DESCRIPTION =
  "An application template for Cloudflare Workers. Its route table is the policy: read it, compile it, print it, pin it.";
