import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { setup } from "../../../src/http/index.ts";
import { requireCsrfToken } from "../../../src/identity/guards/require-csrf-token.ts";
import { csrfTokenOf, loadSession } from "../../../src/identity/sessions/page-session.ts";
import { startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { hashSecret } from "../../../src/identity/tokens/secret.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireForm } from "../../../src/web/guards/require-form.ts";
import { createAccount, openBrowser } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const requireAnyForm = requireForm(1000, z.object({}));
const app = setup({
  onRequest: supplyLocals,
  handlers: [
    route.post("/", {
      guards: [loadSession, requireAnyForm, requireCsrfToken],
      resolve: ({ locals }) => Response.json([locals.session.id, locals.form.csrf]),
    }),
  ],
});

function ask(headers: Record<string, string>, form: string): Promise<Response> {
  const type = { "Content-Type": "application/x-www-form-urlencoded" };
  const request = new Request("http://localhost/", { method: "POST", headers: { ...type, ...headers }, body: form });
  return app.fetch(request, env, createExecutionContext());
}

test("a form with the session's token goes on, a user's and a visitor's", async () => {
  const { headers, csrf } = await openBrowser(await createAccount());
  expect((await ask(headers, `csrf=${csrf}`)).status).toBe(200);
  const started = await startCookieSession(env.DB, { user: null, device: "", deviceId: null });
  const Cookie = `__Host-session=${started?.secret}`;
  expect((await ask({ Cookie }, `csrf=${csrfTokenOf(started?.secret ?? "")}`)).status).toBe(200);
});

describe("is 403:", () => {
  const account = createAccount();
  const forms: Record<string, (own: string, other: string) => string> = {
    "no token": () => "a=1",
    "an empty token": () => "csrf=",
    "the token of another session of the same user": (_, other) => `csrf=${other}`,
    "the token cut short": (own) => `csrf=${own.slice(1)}`,
    "the token and more": (own) => `csrf=${own}x`,
    "a wrong token behind the right one": (own) => `csrf=${own}&csrf=x`,
    "the token under another name": (own) => `CSRF=${own}&_csrf=${own}`,
  };
  test.each(Object.entries(forms))("%s", async (_, form) => {
    const [own, other] = [await openBrowser(await account), await openBrowser(await account)];
    expect((await ask(own.headers, form(own.csrf, other.csrf))).status).toBe(403);
    expect(factsOf(requireCsrfToken)).toMatchObject({ denies: [403] });
  });

  test("any form without a session, also an empty token, and the token of a session that is over", async () => {
    const { headers, csrf } = await openBrowser(await account);
    expect((await ask({}, "csrf=")).status).toBe(403);
    expect((await ask({}, `csrf=${csrf}`)).status).toBe(403);
    await env.DB.prepare("DELETE FROM sessions WHERE user_id = ?")
      .bind((await account).user.id)
      .run();
    expect((await ask(headers, `csrf=${csrf}`)).status).toBe(403);
  });

  test("the cookie's own value, each of its two parts, or the stored hash of one of them as token", async () => {
    const { headers } = await openBrowser(await account);
    const secret = headers.Cookie.replace("__Host-session=", "");
    const parts = [secret, ...secret.split(".")];
    expect(parts).toHaveLength(3);
    for (const csrf of [...parts, ...parts.map(hashSecret)])
      expect((await ask(headers, `csrf=${csrf}`)).status).toBe(403);
  });
});
