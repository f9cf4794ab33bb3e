/** Gathers what the account's page shows. */
import type * as z from "zod";
import type { AppLocals } from "../../env.ts";
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

interface Asked {
  readonly request: Request;
  readonly locals: AppLocals & SessionLocals & SignedIn;
}

/** How many of each list the page shows at once. */
const limit = 20;

/** What a form led to. */
interface Outcome extends Pick<AccountView, "refused" | "newKey"> {
  /** 200 without it. */
  readonly status?: number;
}

/** @param cursors Where the lists begin. */
export async function showAccount(
  c: Asked,
  { status, ...outcome }: Outcome = {},
  cursors: z.output<typeof accountQuery> = {},
): Promise<Response> {
  const { app, env, user, auth } = c.locals;
  const [context, sessions, keys] = await Promise.all([
    loadPageContext(c),
    listSessions(env.DB, user.id, { cursor: cursors.sessions, limit }),
    listApiKeys(env.DB, user.id, { cursor: cursors.keys, limit }),
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
