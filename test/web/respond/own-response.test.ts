/** A response is copied once on its way out, and the one that a handler returned stays as it is. */
import { afterEach, expect, test, vi } from "vitest";
import { commonLimits } from "../../../src/identity/limits.ts";
import { sessionPage } from "../../../src/identity/scope.ts";
import { loadSession } from "../../../src/identity/sessions/page-session.ts";
import { group } from "../../../src/web/app/scope.ts";
import { createApp, newAddress, sendTo } from "../../harness.ts";

/** One response for all visitors, each of which is given a message of its own. */
const SHARED = new Response(null, { status: 202 });
const shared = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.post("/shared", {
      resolve: ({ request, locals }) => {
        if (request.headers.has("X-Flash")) locals.session.flash("done", "Saved.");
        return SHARED;
      },
    }),
  ],
});
const app = createApp([shared]);
afterEach(() => vi.unstubAllGlobals());

const post = (headers: Record<string, string> = {}) =>
  sendTo(app, "/shared", { method: "POST", headers: { "CF-Connecting-IP": newAddress(), ...headers } });

test("a response that a handler returns to several requests carries no header of one to another", async () => {
  const first = await post({ "X-Flash": "yes", "X-Request-Id": "the-first-request" });
  expect([first.headers.get("Set-Cookie"), first.headers.get("RateLimit")]).toEqual([
    expect.anything(),
    expect.anything(),
  ]);
  const second = await post();
  expect(second.headers.get("Set-Cookie")).toBeNull();
  expect([...SHARED.headers]).toEqual([]);
});

test("a response is copied once, also where each hook changes its headers", async () => {
  let copies = 0;
  const Native = Response;
  vi.stubGlobal(
    "Response",
    new Proxy(Native, {
      construct(target, given: [BodyInit?, ResponseInit?]) {
        if (given[1] instanceof Native) copies += 1;
        return Reflect.construct(target, given);
      },
    }),
  );
  const { headers } = await post({ "X-Flash": "yes" });
  expect([headers.has("Set-Cookie"), headers.has("RateLimit"), headers.has("X-Request-Id")]).toEqual([
    true,
    true,
    true,
  ]);
  expect(copies).toBe(1);
});
