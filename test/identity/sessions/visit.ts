/** Visits of a browser: what a request does with its session. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { setup } from "../../../src/http/index.ts";
import { sessionPage } from "../../../src/identity/scope.ts";
import { loadSession, type Session, saveSession } from "../../../src/identity/sessions/page-session.ts";
import { group } from "../../../src/web/app/scope.ts";
import { createSendHook } from "../../../src/web/hooks/send-hook.ts";
import { supplyLocals } from "../../supply-locals.ts";

/** A browser's jar: the cookie of the session, and that of a visitor's messages. */
export interface Jar {
  cookie: string;
  flash?: string;
}

export function keepCookie(jar: Jar, response: Response): void {
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^__Host-(session|flash)=([^;]*)/.exec(cookie) ?? [];
    if (name === undefined) continue;
    jar[name === "session" ? "cookie" : "flash"] = value === "" ? "" : `__Host-${name}=${value}`;
  }
}

export const cookiesIn = ({ cookie, flash = "" }: Jar) => [cookie, flash].filter(Boolean).join("; ");

/** Does something with the session of a request. @returns What it gives, and the response. */
export async function visit<T>(jar: Jar, act: (session: Session) => T | Promise<T>) {
  let given: T | undefined;
  const resolve = async ({ locals }: { locals: { session: Session } }) => {
    given = await act(locals.session);
    return new Response();
  };
  const page = sessionPage.route.get("/", { resolve });
  const pages = group({ guards: [loadSession], handlers: [page] });
  const app = setup({ onRequest: supplyLocals, onSend: createSendHook(saveSession), handlers: pages });
  const ctx = createExecutionContext();
  const request = new Request("http://localhost/", { headers: { Cookie: cookiesIn(jar) } });
  const response = await app.fetch(request, env, ctx);
  await waitOnExecutionContext(ctx);
  keepCookie(jar, response);
  return { given, response };
}
