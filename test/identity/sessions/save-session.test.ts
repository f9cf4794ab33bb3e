/** A session that cannot be stored: the response still tells what the request has done, unless data would be lost. */
import { env } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { loadSession, type Session } from "../../../src/identity/sessions/page-session.ts";
import { route } from "../../../src/web/app/scope.ts";
import { type Failure, fail, intercepted } from "../../faults.ts";
import { createAccount, createApp, openBrowser, sendTo } from "../../harness.ts";

afterEach(() => void vi.restoreAllMocks());

const CHANGES: Readonly<Record<string, (session: Session) => void>> = {
  message: (session) => session.flash("done", "It was changed."),
  data: (session) => session.set("cart", ["tea"]),
  both: (session) => {
    session.flash("done", "It was changed.");
    session.set("cart", ["tea"]);
  },
};

const app = createApp([
  route.post("/change/:kind", {
    guards: [loadSession],
    resolve: ({ locals, params }) => {
      CHANGES[params.kind]?.(locals.session);
      return new Response(null, { status: 303, headers: { Location: "/", "Set-Cookie": "__Host-session=renewed" } });
    },
  }),
]);

const FAILURES: readonly Failure[] = ["lost request", "lost response", "overloaded"];
const EXPECTED = { message: 303, data: 503, both: 503 };

test.each(
  FAILURES.flatMap((failure) => Object.entries(EXPECTED).map(([kind, status]) => [failure, kind, status] as const)),
)("after a %s, a change of %s is %i", async (failure, kind, status) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { headers } = await openBrowser(await createAccount());
  const { DB } = intercepted(env, (call, make) =>
    call.name.includes("UPDATE sessions SET data") ? fail(call, failure, make) : make(),
  );
  const response = await sendTo(app, `/change/${kind}`, { method: "POST", headers }, { DB });
  expect(response.status).toBe(status);
  if (status === 303) expect(response.headers.getSetCookie().join()).toContain("renewed");
  else expect(response.headers.get("Retry-After")).toMatch(/^\d+$/);
});
