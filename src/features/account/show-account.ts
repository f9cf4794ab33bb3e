/** Loads the data of the account page and responds with the page. */
import type * as z from "zod";
import type { AppContext } from "../../env.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import type { SessionLocals } from "../../identity/sessions/page-session.ts";
import { listSessions } from "../../identity/sessions/session-list.ts";
import { listApiKeys } from "../../identity/tokens/api-keys.ts";
import { type SignedIn, sessionIdOf } from "../../identity/users/user.ts";
import { htmlResponse } from "../../web/pages/html.ts";
import { toPage } from "../../web/request/paging.ts";
import type { AccountView } from "./account-view.ts";
import { accountPage } from "./pages.ts";
import type { accountQuery } from "./schema.ts";

/** The items of each list on one page. */
const limit = 20;

/** The outcome of a form. */
interface FormOutcome extends Pick<AccountView, "refused" | "newKey"> {
  /** 200 by default. */
  readonly status?: number;
}

/** @param cursors The positions at which the two lists start. */
export async function showAccount(
  c: AppContext<SessionLocals & SignedIn>,
  { status, ...outcome }: FormOutcome = {},
  cursors: z.output<typeof accountQuery> = {},
): Promise<Response> {
  const { app, db, user, auth } = c.locals;
  const [context, sessions, keys] = await Promise.all([
    loadPageContext(c),
    listSessions(db, user.id, { cursor: cursors.sessions, limit }),
    listApiKeys(db, user.id, { cursor: cursors.keys, limit }),
  ]);
  const page = accountPage(context, {
    user,
    sessions: toPage(sessions, limit),
    currentSession: sessionIdOf(auth),
    keys: toPage(keys, limit),
    permissions: app.permissions,
    ...outcome,
  });
  return htmlResponse(page, status);
}
