/** The check that every response in the tests matches the document of its app. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { AppLocals } from "../src/env.ts";
import type { Handler } from "../src/http/index.ts";
import { stateFacts } from "../src/web/app/guard-facts.ts";
import { route } from "../src/web/app/scope.ts";
import { describeBody, noBody, pageOf, problemBody, rawBody } from "../src/web/contract/bodies.ts";
import { deny, refuse } from "../src/web/respond/refuse.ts";
import { createApp, sendTo, unreadable } from "./harness.ts";

type Responses = NonNullable<Handler["responses"]>;

const TEXT = { mediaTypes: ["text/plain"] };

const FACTS = { denies: [403], explanation: "Requires luck." };

const thing = z.object({ id: z.uuid(), at: z.iso.datetime(), tag: z.string().optional() }).meta({ id: "TestThing" });
const good = { id: "0198f3a2-7c1e-7b5a-9d43-2f6e8c1a5b70", at: "2026-01-01T00:00:00.000Z" };
const headers = { ETag: "The version." };
const responses = {
  200: describeBody(thing, { headers }),
  304: describeBody(noBody, { headers }),
  404: problemBody,
};

/** The app of one route at `/api/test`. */
function appOf(resolve: () => Response, declared: Responses = responses) {
  return createApp([route.get("/api/test", { responses: declared, resolve })]);
}

const json = (body: unknown, init: ResponseInit = {}) => Response.json(body, { headers: { ETag: '"1"' }, ...init });

const drifts: Record<string, [resolve: () => Response, sentence: RegExp, declared?: Responses]> = {
  "leaks a field": [() => json({ ...good, passwordHash: "x" }), /#\/passwordHash: This member is not declared/],
  "forgets a field": [() => json({ id: good.id }), /"at"/],
  "sends a wrong type": [() => json({ ...good, tag: 1 }), /#\/tag: .*"number"/],
  "sends a wrong format": [() => json({ ...good, id: "1" }), /#\/id: .*uuid/],
  "leaks a field of an item": [
    () => json({ items: [good, { ...good, secret: 1 }], nextCursor: null }),
    /#\/items\/1\/secret/,
    { 200: pageOf(thing) },
  ],
  "sends another status": [() => json(good, { status: 202 }), /GET \/api\/test .*: 202 is not declared, only 200, 304/],
  "sends another media type": [
    () => new Response("{}", { headers: { ETag: '"1"', "Content-Type": "text/html" } }),
    /200 has the media type "text\/html", which is not declared, only application\/json/,
  ],
  "sends no media type": [() => new Response(new Uint8Array(3), { headers: { ETag: '"1"' } }), /media type ""/],
  "forgets a header": [() => Response.json(good), /200 lacks the header ETag/],
  "sends no body": [() => new Response(null, { headers: { ETag: '"1"' } }), /200 has no body/],
  "sends a body where there must be none": [
    () => new Response("x", { status: 202 }),
    /202 has a body/,
    { 202: noBody },
  ],
  "sends a problem without its members": [
    () => Response.json({ title: "No" }, { status: 404, headers: { "Content-Type": "application/problem+json" } }),
    /404 .*"detail"/,
  ],
  "sends JSON for a problem": [() => Response.json({ title: "No" }, { status: 404 }), /"application\/json"/],
  "sends another text": [() => new Response("KO"), /"OK"/, { 200: describeBody(z.literal("OK"), TEXT) }],
};

describe("a handler that drifts from its document fails the test", () => {
  test.each(Object.entries(drifts))("when it %s", async (_, [resolve, sentence, declared]) => {
    await expect(sendTo(appOf(resolve, declared), "/api/test")).rejects.toThrow(sentence);
  });

  test("also in response to HEAD, apart from the body", async () => {
    await expect(
      sendTo(
        appOf(() => Response.json(good)),
        "/api/test",
        { method: "HEAD" },
      ),
    ).rejects.toThrow(/ETag/);
  });

  test("and so does a guard that denies with a status that it does not state", async () => {
    const guard = stateFacts((c: { request: Request; locals: AppLocals }) => deny(c, 409, "No."), FACTS);
    const app = createApp([route.get("/api/test", { guards: [guard], responses, resolve: () => json(good) })]);
    await expect(sendTo(app, "/api/test")).rejects.toThrow(/409 is not declared, only 200, 304, 403, 404, 500/);
  });
});

const kept: Record<string, [resolve: () => Response, declared?: Responses]> = {
  "the declared body": [() => json(good)],
  "an optional field": [() => json({ ...good, tag: "x" })],
  "no body": [() => new Response(null, { status: 304, headers: { ETag: '"1"' } })],
  "any media type of a range": [() => new Response("x"), { 200: describeBody(rawBody, { mediaTypes: ["*/*"] }) }],
};
test.each(Object.entries(kept))("a handler may send %s", async (_, [resolve, declared]) => {
  expect((await sendTo(appOf(resolve, declared), "/api/test")).status).toBeLessThan(400);
});

test("every handler may fail with 500", async () => {
  const broken = appOf(() => {
    throw new Error("broken");
  });
  expect((await sendTo(broken, "/api/test")).status).toBe(500);
});

test("a route that declares no responses is not checked", async () => {
  const app = createApp([route.get("/api/test", { resolve: () => new Response("x", { status: 299 }) })]);
  expect((await sendTo(app, "/api/test")).status).toBe(299);
});

test("the test can still read the body", async () => {
  expect(
    await (
      await sendTo(
        appOf(() => json(good)),
        "/api/test",
      )
    ).json(),
  ).toEqual(good);
});

test("a stream is not read", async () => {
  const declared = { 200: describeBody(z.string(), { mediaTypes: ["text/csv"] }) };
  const csv = () => new Response(unreadable(), { headers: { "Content-Type": "text/csv" } });
  const { status, bodyUsed } = await sendTo(appOf(csv, declared), "/api/test");
  expect([status, bodyUsed]).toEqual([200, false]);
});

test("a browser may get a page instead of a problem outside the API, and only there", async () => {
  const at = (path: string) =>
    createApp([
      route.get(path, {
        responses: { 404: problemBody },
        resolve: (c) => refuse(c, 404, "No."),
      }),
    ]);
  const browser = { headers: { Accept: "text/html" } };
  const page = await sendTo(at("/test"), "/test", browser);
  expect(page.headers.get("Content-Type")).toContain("text/html");
  const inApi = createApp([
    route.get("/api/test", {
      responses: { 404: problemBody },
      resolve: () => new Response("<p>", { status: 404, headers: { "Content-Type": "text/html" } }),
    }),
  ]);
  await expect(sendTo(inApi, "/api/test", browser)).rejects.toThrow(/media type "text\/html"/);
});

test("of two routes, the one that answered is checked", async () => {
  const app = createApp([
    route.get("/api/test/export", {
      responses: { 200: describeBody(rawBody, TEXT) },
      resolve: () => new Response("x"),
    }),
    route.get("/api/test/:id", { responses: { 200: thing }, resolve: () => Response.json({ ...good, leak: 1 }) }),
    route.put("/api/test/:name", { responses: { 204: noBody }, resolve: () => new Response(null, { status: 204 }) }),
  ]);
  await sendTo(app, "/api/test/export");
  await sendTo(app, "/api/test/x", { method: "PUT" });
  await expect(sendTo(app, "/api/test/x")).rejects.toThrow(/#\/leak/);
});
