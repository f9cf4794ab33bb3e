/** Holds each rule of the policy to tables that break it. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { type GuardFn, group, type Handler, headGuard, route } from "../../src/http/index.ts";
import { stateFacts } from "../../src/web/app/guard-facts.ts";
import { describePolicy } from "../../src/web/app/policy.ts";
import { route as appRoute } from "../../src/web/app/scope.ts";
import { requireJson } from "../../src/web/guards/require-content-type.ts";
import { requireForm } from "../../src/web/guards/require-form.ts";
import { requireWholeBody } from "../../src/web/guards/require-whole-body.ts";
import { preflightRoutes } from "../../src/web/hooks/cors.ts";
import { findAnonymousGuards, findUnauthenticated, findUncheckedBodies, findUnlimited } from "./rules.ts";

const resolve = () => new Response();
function requireAuth() {
  return { allow: true } as const;
}
function requireOwner() {
  return { allow: true } as const;
}
const limit = (detail: string) =>
  stateFacts(
    headGuard(function rateLimit() {
      return { allow: true };
    }),
    { denies: [429], explanation: "Limits requests.", detail },
  );
const on = (methods: string | string[], path: string, ...guards: GuardFn[]): Handler<Record<string, unknown>> =>
  route.on(methods, path, { guards, resolve });

describe("findAnonymousGuards", () => {
  const makeGuard = (): GuardFn => () => ({ allow: true });
  const named: GuardFn = () => ({ allow: true });

  test.each([
    ["an arrow function", [on("POST", "/a", () => ({ allow: true }))], ["POST /a: guard 1 of 1"]],
    [
      "a head guard of an arrow function",
      [
        on(
          "POST",
          "/a",
          headGuard(() => ({ allow: true })),
        ),
      ],
      ["POST /a: guard 1 of 1"],
    ],
    ["a guard of a factory", [on(["GET", "HEAD"], "/a", named, makeGuard())], ["GET, HEAD /a: guard 2 of 2"]],
    [
      "a guard of a group",
      group({ guards: [makeGuard()], handlers: [on("PUT", "/a"), on("PUT", "/b", named)] }),
      ["PUT /a: guard 1 of 1", "PUT /b: guard 1 of 2"],
    ],
  ])("refuses %s, and shows the named form and the route", (_, handlers, expected) => {
    const found = findAnonymousGuards(describePolicy(handlers));
    expect(found.map((message) => message.split(" has no name. ")[0])).toEqual(expected);
    for (const message of found) expect(message).toContain("function requireOwner(c) { … }, also inside headGuard(…)");
  });

  test("takes every form that gives a name", () => {
    const guards = [named, requireOwner, limit("api"), headGuard(requireOwner)];
    expect(findAnonymousGuards(describePolicy([on("POST", "/a", ...guards), on("POST", "/b")]))).toEqual([]);
  });
});

describe("findUnauthenticated", () => {
  const reason = { "POST /a": "the link is the proof" };

  test.each([
    ["a route that changes state", [on("POST", "/a")], {}, ["POST /a changes state"]],
    ["a guard that does not authenticate", [on("DELETE", "/a", requireOwner)], {}, ["DELETE /a changes state"]],
    [
      "the methods of a route that change state",
      [on(["GET", "HEAD", "PUT", "DELETE"], "/a")],
      {},
      ["PUT /a changes state", "DELETE /a changes state"],
    ],
    ["a route for all methods", [on("*", "/a")], {}, ["* /a changes state"]],
    ["another method than the exception's", [on(["POST", "PATCH"], "/a")], reason, ["PATCH /a changes state"]],
    ["an exception for a route that authenticates", [on("POST", "/a", requireAuth)], reason, ["POST /a is excepted"]],
    ["an exception for a route that is gone", [], reason, ["POST /a is excepted"]],
    ["an exception for a route that changes nothing", [on("GET", "/a")], { "GET /a": "?" }, ["GET /a is excepted"]],
  ])("refuses %s", (_, handlers, exceptions, expected) => {
    const found = findUnauthenticated(describePolicy(handlers), exceptions);
    expect(found.map((message) => message.split(" ").slice(0, expected[0]?.split(" ").length).join(" "))).toEqual(
      expected,
    );
  });

  test.each([
    ["requireAuth", [on("POST", "/a", requireOwner, requireAuth)], {}],
    [
      "requirePermission",
      [
        on("POST", "/a", function requirePermission() {
          return { allow: true };
        }),
      ],
      {},
    ],
    [
      "requireApiKey",
      [
        on("POST", "/a", function requireApiKey() {
          return { allow: true };
        }),
      ],
      {},
    ],
    ["an exception", [on("POST", "/a")], reason],
    ["methods that change nothing", [on(["GET", "HEAD", "OPTIONS"], "/a")], {}],
  ])("takes %s", (_, handlers, exceptions) => {
    expect(findUnauthenticated(describePolicy(handlers), exceptions)).toEqual([]);
  });
});

describe("findUnlimited", () => {
  const api = group({ cors: true, handlers: [on(["GET", "HEAD"], "/api/a", limit("api"))] });
  const reason = { "GET /a": "it reaches no storage" };

  test.each([
    ["a route without guards", [on("POST", "/a")], {}, ["POST /a has no limit"]],
    ["GET and HEAD, once", [on(["GET", "HEAD"], "/a", requireAuth)], {}, ["GET /a has no limit"]],
    ["a limit of another kind", [on("POST", "/a", limit("notices"))], {}, ["POST /a has no limit"]],
    ["preflights, once", [...api, ...preflightRoutes(api)], {}, ["OPTIONS * has no limit"]],
    [
      "OPTIONS of a path without CORS",
      [on("OPTIONS", "/a")],
      { "OPTIONS *": "?" },
      ["OPTIONS /a has no limit", "OPTIONS * is excepted"],
    ],
    ["an exception for a route with a limit", [on("GET", "/a", limit("address"))], reason, ["GET /a is excepted"]],
    ["an exception for a route that is gone", [], reason, ["GET /a is excepted"]],
  ])("refuses %s", (_, handlers, exceptions, expected) => {
    const found = findUnlimited(describePolicy(handlers), exceptions);
    expect(found.map((message) => /^.*? (has no limit|is excepted)/.exec(message)?.[0])).toEqual(expected);
  });

  test.each([
    ...["address", "api", "sign-in"].map((name) => [`the limit ${name}`, [on("POST", "/a", limit(name))], {}] as const),
    ["an exception, for GET and HEAD", [on(["GET", "HEAD"], "/a")], reason] as const,
    ["an exception for every preflight", [...api, ...preflightRoutes(api)], { "OPTIONS *": "?" }] as const,
  ])("takes %s", (_, handlers, exceptions) => {
    expect(findUnlimited(describePolicy(handlers), exceptions)).toEqual([]);
  });
});

describe("findUncheckedBodies", () => {
  const body = z.unknown();
  const readsInput = () => ({ allow: true }) as const;
  const readForm = stateFacts(() => ({ allow: true }) as const, {
    denies: [415],
    explanation: "Reads a form.",
    mediaTypes: ["multipart/form-data"],
  });

  test.each([
    ["a body with a schema", appRoute.post("/a", { request: { body }, resolve })],
    ["a body that the handler reads", appRoute.put("/a", { mediaTypes: ["*/*"], resolve })],
    ["a body with a limit of its own", appRoute.put("/a", { maxBodyBytes: 10, resolve })],
    ["a body that a guard reads", appRoute.post("/a", { guards: [readForm], resolve })],
    [
      "a body with a schema, checked after it was read",
      appRoute.post("/a", { request: { body }, guards: [readsInput, requireWholeBody], resolve }),
    ],
  ])("refuses %s", (_, handler) => {
    expect(findUncheckedBodies([handler])).toEqual([expect.stringContaining("/a takes a body")]);
  });

  test.each([
    ["a route without a body", appRoute.post("/a", { resolve })],
    ["a body with a schema", appRoute.post("/a", { request: { body }, guards: [limit("api"), requireJson], resolve })],
    ["a body of any type", appRoute.put("/a", { mediaTypes: ["*/*"], guards: [requireWholeBody], resolve })],
    ["a form after other guards", appRoute.post("/a", { guards: [requireOwner, requireForm(10, body)], resolve })],
    ["a form of another guard", appRoute.post("/a", { guards: [requireWholeBody, readForm], resolve })],
  ])("takes %s", (_, handler) => {
    expect(findUncheckedBodies([handler])).toEqual([]);
  });
});
