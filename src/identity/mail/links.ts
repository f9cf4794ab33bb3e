/** Sends e-mails with a link that confirms an address or resets a password. */
import type { AppContext } from "../../env.ts";
import { publicOrigin } from "../../web/request/own-origin.ts";
import { deleteEmailToken, type EmailPurpose, storeEmailToken } from "../tokens/email-tokens.ts";
import { createSecret } from "../tokens/secret.ts";
import { findCredentials } from "../users/users.ts";
import { linkMail } from "./mail-templates.ts";
import { sendLater } from "./mailer.ts";

/** The page that a link opens, by its purpose. */
const PAGES = { verify: "verifyEmail", reset: "resetPassword" } as const;

/**
 * Mails a link to the account with this address, if it exists, if it has fewer than three live links for this purpose,
 * and if the app has the page that the link opens. All of the work happens after the response, so that the response time
 * does not reveal whether the account exists.
 */
export function sendLink({ request, locals }: AppContext, email: string, purpose: EmailPurpose): void {
  const { db, env, app } = locals;
  sendLater(locals, async () => {
    const path = app.paths[PAGES[purpose]];
    if (path === undefined) return undefined;
    const user = await findCredentials(db, { email });
    if (!user) return undefined;
    const url = new URL(path, publicOrigin(request, env));
    const token = createSecret();
    const discard = () => deleteEmailToken(db, token);
    try {
      if (!(await storeEmailToken(db, { userId: user.id, purpose, token }))) return undefined;
    } catch (error) {
      // It may be stored all the same. A token without a mail must not count as live.
      await discard();
      throw error;
    }
    url.searchParams.set("token", token);
    return { to: email, ...linkMail(purpose, url.href), discard };
  });
}
