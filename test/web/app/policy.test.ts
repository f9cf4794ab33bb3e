/** The policy as data. */
import { expect, test } from "vitest";
import { group, headGuard, route, setup } from "../../../src/http/index.ts";
import { stateFacts } from "../../../src/web/app/guard-facts.ts";
import { describeApp } from "../../../src/web/app/policy.ts";

const resolve = () => new Response();
const stated = { denies: [403], explanation: "Requires a user with this role.", detail: "admin" };
const requireRole = stateFacts(
  headGuard(function requireRole() {
    return { allow: true };
  }),
  stated,
);
const requireOwner = () => ({ allow: true }) as const;
const supplyClock = () => ({});
const addHeader = ({ response }: { response: Response }) => response;
const sealResponse = ({ response }: { response: Response }) => response;
const handleError = () => undefined;

const app = setup({
  onRequest: [supplyClock, () => ({})],
  onResponse: [sealResponse],
  onError: handleError,
  onSend: [() => undefined],
  handlers: [
    group({
      guards: [requireRole],
      onResponse: addHeader,
      handlers: [
        route.get("/a", { guards: [requireOwner], onError: [() => undefined], resolve }),
        route.post("/api/a", { cors: true, resolve }),
      ],
    }),
  ],
});

const admin = { name: "requireRole", phase: "head", ...stated };
const ofGroup = [{ level: "group", name: "addHeader" }];
const rest = { schemas: [], maxBodyBytes: null };

test("an app is described by its own hooks once, and by its routes with the facts of their guards", () => {
  expect(describeApp(app)).toEqual({
    hooks: {
      onRequest: ["supplyClock", "(anonymous)"],
      onResponse: ["sealResponse"],
      onError: ["handleError"],
      onSend: ["(anonymous)"],
    },
    routes: [
      {
        ...rest,
        methods: ["GET", "HEAD"],
        path: "/a",
        guards: [admin, { name: "requireOwner", phase: "input" }],
        onResponse: ofGroup,
        onError: [{ level: "route", name: "(anonymous)" }],
        cors: false,
      },
      {
        ...rest,
        methods: ["POST"],
        path: "/api/a",
        guards: [admin],
        onResponse: ofGroup,
        onError: [],
        cors: true,
      },
    ],
  });
});

test("an app without hooks and routes is described", () => {
  expect(describeApp(setup([]))).toEqual({
    hooks: { onRequest: [], onResponse: [], onError: [], onSend: [] },
    routes: [],
  });
});
