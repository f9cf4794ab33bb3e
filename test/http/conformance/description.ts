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
  "describeRoutes gives one row per route: methods, guards by name and phase, schemas, hooks by level, the body limit":
    () => {
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
      function supplyClock() {
        return {};
      }
      function seal() {
        return undefined;
      }
      const app = setup({
        validator: standardValidator,
        maxBodyBytes: 500,
        onRequest: [supplyClock],
        onError: reportError,
        onSend: [seal],
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
            route.put("/d", { maxBodyBytes: 7, resolve }),
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
      assert.deepEqual(rows, [
        { methods: ["PUT", "POST"], path: "/a/:id", guards, schemas: ["params", "body"], ...shared, maxBodyBytes: 500 },
        { methods: ["POST"], path: "/b", guards: [limit], schemas: ["body"], ...shared, maxBodyBytes: 9 },
        { methods: ["GET", "HEAD"], path: "/c", guards: [limit], schemas: [], ...shared, maxBodyBytes: null },
        { methods: ["PUT"], path: "/d", guards: [limit], schemas: [], ...shared, maxBodyBytes: 7 },
      ]);
      assert.deepEqual(JSON.parse(JSON.stringify(rows)), rows);
      const named = [...app.onRequest, ...app.onSend].map(({ name }) => name);
      assert.deepEqual(named, ["supplyClock", "seal"]);
    },

  "describeRoutes calls what has no name (anonymous), and an app runs it": async () => {
    const app = setup([
      route.get("/a", {
        guards: [headGuard(() => ({ allow: true })), () => ({ deny: new Response(null, { status: 403 }) })],
        onResponse: [({ response }) => response],
        onError: [() => undefined],
        resolve,
      }),
    ]);
    const [row] = describeRoutes(app.handlers);
    assert.deepEqual(row?.guards, [
      { name: "(anonymous)", phase: "head" },
      { name: "(anonymous)", phase: "input" },
    ]);
    const hooks = [...(row?.onResponse ?? []), ...(row?.onError ?? [])].map(({ name }) => name);
    assert.deepEqual(hooks, ["(anonymous)", "(anonymous)"]);
    assert.equal((await app.fetch(new Request("http://localhost/a"))).status, 403);
  },

  "describeRoutes names HEAD after GET where the route serves it": () => {
    const get = (path: string) => route.get(path, { resolve });
    const head = (path: string) => route.head(path, { resolve });
    const methodsOf = (...handlers: Handler<{}>[]) =>
      describeRoutes(setup(handlers).handlers).map(({ methods }) => methods.join(" "));
    assert.deepEqual(methodsOf(get("/a")), ["GET HEAD"]);
    assert.deepEqual(methodsOf(route.on(["PUT", "GET", "POST"], "/a", { resolve })), ["PUT GET HEAD POST"]);
    assert.deepEqual(methodsOf(route.on(["HEAD", "GET"], "/a", { resolve })), ["HEAD GET"]);
    assert.deepEqual(methodsOf(head("/a"), get("/a")), ["HEAD", "GET"]);
    assert.deepEqual(methodsOf(get("/a"), head("/a")), ["GET", "HEAD"]);
    assert.deepEqual(methodsOf(get("/a/:x"), head("/*")), ["GET", "HEAD"]);
    assert.deepEqual(methodsOf(get("/a/:x"), head("/a/b")), ["GET HEAD", "HEAD"]);
    assert.deepEqual(methodsOf(route.all("/a", { resolve }), route.post("/b", { resolve })), ["*", "POST"]);
  },

  "describeRoutes takes a list that no app has set up": () => {
    const rows = describeRoutes([route.all("/x", { resolve })] as readonly Handler[]);
    assert.deepEqual([rows[0]?.methods, rows[0]?.path, rows[0]?.guards], [["*"], "/x", []]);
  },
};
