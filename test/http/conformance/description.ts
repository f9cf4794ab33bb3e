/**
 * The table as data. What is described by its name is a function declaration: Bun puts a constant
 * that is used once in its place, and its name is lost.
 */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  describeRoutes,
  group,
  type Handler,
  headGuard,
  route,
  setup,
  standardValidator,
} from "../../../src/http/index.ts";

const resolve = () => new Response();

export const cases: Record<string, () => void | Promise<void>> = {
  "describeRoutes gives a row a method: guards by name and phase, schemas, hooks by level, the body limit": () => {
    const limitRate = headGuard(function limitRate() {
      return { allow: true };
    });
    function requireAuth() {
      return { allow: true } as const;
    }
    function addHeader(info: { response: Response }) {
      return info.response;
    }
    function reportError() {
      return undefined;
    }
    const app = setup({
      validator: standardValidator,
      maxBodyBytes: 500,
      onError: reportError,
      handlers: group({
        guards: [limitRate],
        onResponse: addHeader,
        handlers: [
          route.on(["PUT", "POST"], "/a/:id", {
            request: { body: z.string(), params: z.object({}) },
            guards: [requireAuth, limitRate],
            resolve,
          }),
          route.post("/b", { request: { body: z.string() }, maxBodyBytes: 9, resolve }),
          route.get("/c", { resolve }),
        ],
      }),
    });
    const rows = describeRoutes(app.handlers);
    const shared = {
      onResponse: [{ level: "group", name: "addHeader" }],
      onError: [{ level: "app", name: "reportError" }],
    };
    const limit = { name: "limitRate", phase: "head" };
    const guards = [limit, { name: "requireAuth", phase: "input" }, { name: "limitRate", phase: "input" }];
    const first = { path: "/a/:id", guards, schemas: ["params", "body"], ...shared, maxBodyBytes: 500 };
    assert.deepEqual(rows, [
      { method: "PUT", ...first },
      { method: "POST", ...first },
      { method: "POST", path: "/b", guards: [limit], schemas: ["body"], ...shared, maxBodyBytes: 9 },
      { method: "GET", path: "/c", guards: [limit], schemas: [], ...shared, maxBodyBytes: null },
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(rows)), rows);
  },

  "describeRoutes takes a list that no app has set up": () => {
    const rows = describeRoutes([route.all("/x", { resolve })] as readonly Handler[]);
    assert.deepEqual([rows[0]?.method, rows[0]?.path, rows[0]?.guards], ["*", "/x", []]);
  },
};
