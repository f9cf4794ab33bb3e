/** Holds every route that takes a body to refusing encoded and partial bodies, unread. */
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import { factsOf } from "../../src/web/app/guard-facts.ts";
import { unreadable } from "../harness.ts";
import { findUncheckedBodies, takesBody } from "./rules.ts";

const routes = app.handlers
  .filter(takesBody)
  .map((handler) => ({ handler, label: `${handler.method} ${handler.path}` }));

test("every route that takes a body has a guard that refuses encoded and partial ones", () => {
  expect(findUncheckedBodies(app.handlers)).toEqual([]);
});

test("every PUT and PATCH route is seen to take a body", () => {
  const changing = app.handlers.filter(({ method }) => method === "PUT" || method === "PATCH");
  expect(changing.filter((handler) => !takesBody(handler)).map(({ path }) => path)).toEqual([]);
});

/** Runs the guards of the route that state that they check the body, with the media types that the route takes. */
async function statusesOf({ guards = [], mediaTypes = [] }: (typeof routes)[number]["handler"], headers: HeadersInit) {
  const stated = guards.filter((guard) => factsOf(guard)?.isWholeBody);
  const types = [...mediaTypes, ...stated.flatMap((guard) => factsOf(guard)?.mediaTypes ?? [])];
  const decide = async (guard: (typeof stated)[number], type: string) => {
    const init = { method: "POST", headers: { "Content-Type": type, ...headers }, body: unreadable() };
    const context = { request: new Request("http://localhost/", init), locals: { requestId: "x" } };
    const decision: object = await Reflect.apply(guard, undefined, [context]);
    if (!("deny" in decision && decision.deny instanceof Response)) return "allowed";
    expect(factsOf(guard)?.denies).toContain(decision.deny.status);
    return `${decision.deny.status} ${decision.deny.headers.get("Accept-Encoding")}`;
  };
  return new Set(await Promise.all(stated.flatMap((guard) => types.map((type) => decide(guard, type)))));
}

describe.each(routes)("$label", ({ handler }) => {
  test.each(["gzip", "GZIP", "br", "zstd", "deflate", "identity, gzip", "utf-8", "x-identity"])(
    "refuses the Content-Encoding %s with 415",
    async (coding) => {
      expect([...(await statusesOf(handler, { "Content-Encoding": coding }))]).toEqual(["415 identity"]);
    },
  );

  test("refuses a part of a body with 400", async () => {
    const range = { "Content-Range": "bytes 5-9/10" };
    expect([...(await statusesOf(handler, range))]).toEqual(["400 null"]);
    expect([...(await statusesOf(handler, { ...range, "Content-Encoding": "identity" }))]).toEqual(["400 null"]);
  });
});
