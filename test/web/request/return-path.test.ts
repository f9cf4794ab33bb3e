/** The page to return to after a request that a page sent, whatever address the page had. */
import { describe, expect, test } from "vitest";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { commonLimits } from "../../../src/identity/limits.ts";
import { sessionPage } from "../../../src/identity/scope.ts";
import { loadSession } from "../../../src/identity/sessions/page-session.ts";
import { group, route } from "../../../src/web/app/scope.ts";
import { returnPath } from "../../../src/web/request/return-path.ts";
import { createApp, createLocals, facts, sendTo } from "../../harness.ts";
import { visitorForm } from "../../route-requests.ts";

const resolve = () => new Response("ok");

const app = createApp(
  [
    route.get("/login", { resolve }),
    route.get("/things", { resolve }),
    route.get("/things/me", { resolve }),
    route.post("/things/me/name", { resolve }),
    route.get("/things/:id", { resolve }),
    route.post("/things/:id/delete", { resolve }),
    route.post("/alone", { resolve }),
    route.post("/thingsome", { resolve }),
    group({
      guards: [...commonLimits, loadSession, requireAuth],
      handlers: [sessionPage.route.post("/protected", { resolve })],
    }),
  ],
  { page: { label: "Things", path: "/things", for: "user" }, paths: { signIn: "/login", account: "/things/me" } },
);

const ORIGIN = "http://localhost";
const FALLBACK = "/things";

/** The address of a page, and the one that its forms lead back to. */
const PAGES: [address: string | undefined, path: string][] = [
  [`${ORIGIN}/things?q=a%20b&cursor=c`, "/things?q=a%20b&cursor=c"],
  [`${ORIGIN}/things/1#part`, "/things/1"],
  [`${ORIGIN}/things/1/delete?next=/things/1`, "/things"],
  [`${ORIGIN}/things/me/name`, "/things/me"],
  [`${ORIGIN}/alone`, FALLBACK],
  [`${ORIGIN}/thingsome`, FALLBACK],
  [`${ORIGIN}/none`, FALLBACK],
  [`${ORIGIN}//other.example`, FALLBACK],
  ["https://other.example/things/1", FALLBACK],
  ["nonsense", FALLBACK],
  ["", FALLBACK],
  [undefined, FALLBACK],
];

describe.each(PAGES)("a form on the page %s leads back to %s", (address, path) => {
  const signIn = `/login?${new URLSearchParams({ next: path })}`;

  function submit(to: string): Promise<Response> {
    const { headers, ...init } = visitorForm({ theme: "dark" });
    return sendTo(app, to, { ...init, headers: { ...headers, ...(address !== undefined && { Referer: address }) } });
  }

  test("after a change of the theme", async () => {
    const response = await submit("/theme");
    expect([response.status, response.headers.get("Location")]).toEqual([303, path]);
  });

  test("after signing in again", async () => {
    const response = await submit("/protected");
    expect([response.status, await response.text()]).toEqual([401, expect.stringContaining(`href="${signIn}"`)]);
  });

  test("after signing in again, through HTMX", async () => {
    const headers = { "HX-Request": "true", ...(address !== undefined && { "HX-Current-URL": address }) };
    const response = await sendTo(app, "/protected", { method: "POST", headers });
    expect([response.status, response.headers.get("HX-Redirect")]).toEqual([401, signIn]);
  });
});

const pathsOfForms = facts.handlers
  .filter(({ method, path }) => method === "POST" && !path.startsWith("/api/"))
  .map(({ path }) => path.replaceAll(/:\w+/g, "0190a0c4-0000-7000-8000-000000000000"));

test.each(pathsOfForms)("a page that is the response to POST %s leads back to a page", (path) => {
  const request = new Request(`${ORIGIN}/theme`, { method: "POST" });
  const page = returnPath({ request, locals: createLocals() }, ORIGIN + path) ?? facts.homePath;
  expect(facts.allowedMethods(new URL(page, ORIGIN).pathname)).toContain("GET");
});
