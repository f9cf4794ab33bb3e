/** Loads the data of the account page and responds with the page. */
import type * as z from "zod";
import type { AppContext } from "../../env.ts";
import { loadPageContext } from "../../identity/page-context.ts";
import type { SessionLocals } from "../../identity/sessions/page-session.ts";
import { listSessions } from "../../identity/sessions/session-list.ts";
import { listApiKeys } from "../../identity/tokens/api-keys.ts";
import { type SignedIn, sessionIdOf } from "../../identity/users/user.ts";
import { htmlResponse } from "../../web/pages/html.ts";
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

interface ListPages extends Pick<AccountView, "cursors"> {
  readonly query: z.output<typeof accountQuery>;
}

const FIRST_PAGES: ListPages = { query: {}, cursors: { sessions: undefined, keys: undefined } };

/** @param lists Which page of each list to show, and the cursors in the address. Default: the first pages. */
export async function showAccount(
  c: AppContext<SessionLocals & SignedIn>,
  { status, ...outcome }: FormOutcome = {},
  lists: ListPages = FIRST_PAGES,
): Promise<Response> {
  const { app, db, user, auth } = c.locals;
  const [context, sessions, keys] = await Promise.all([
    loadPageContext(c),
    listSessions(db, user.id, { cursor: lists.query.sessions, limit }),
    listApiKeys(db, user.id, { cursor: lists.query.keys, limit }),
  ]);
  const page = accountPage(context, {
    user,
    sessions,
    currentSession: sessionIdOf(auth),
    keys,
    cursors: lists.cursors,
    permissions: app.permissions,
    ...outcome,
  });
  return htmlResponse(page, status);
}
