/** The life of a request: which steps run, in which order, with which facts. */
import assert from "node:assert/strict";
import { z } from "zod";
import { group, headGuard, type Outcome, route, setup, type Validator } from "../../../src/http/index.ts";
import { chunksOf, watched } from "./body-stream.ts";
import { posting, read, send } from "./request.ts";

const ok = () => new Response("ok");

function outcomesOf(log: Outcome[]) {
  return ({ response, outcome }: { response: Response; outcome: Outcome }) => {
    log.push(outcome);
    return response;
  };
}

export const cases: Record<string, () => void | Promise<void>> = {
  "a request runs onRequest, head guards, body, validation, guards, resolve, onResponse, in this order": async () => {
    const log: string[] = [];
    const step = (name: string) => () => {
      log.push(name);
      return { allow: true } as const;
    };
    const observe = (name: string) => (info: { response: Response }) => {
      log.push(name);
      return info.response;
    };
    const validator: Validator = {
      validate(_schema, _input, part) {
        log.push(`validate ${part}`);
        return { ok: true, value: undefined as never };
      },
    };
    const app = setup({
      validator,
      onRequest: () => void log.push("onRequest"),
      onResponse: observe("app onResponse"),
      handlers: group({
        guards: [headGuard(step("head guard"))],
        onResponse: observe("group onResponse"),
        handlers: [
          route.post("/:id", {
            request: { params: {}, query: {}, body: {} },
            guards: [step("guard")],
            onResponse: observe("route onResponse"),
            resolve: () => {
              log.push("resolve");
              return new Response("done");
            },
          }),
        ],
      }),
    });
    const body = watched(chunksOf("1", 1), () => log.push("body"));
    assert.equal(await read(app, "/1", posting(body.stream)), "done");
    assert.deepEqual(
      log.filter((name, index) => name !== "body" || log[index - 1] !== "body"),
      [
        "onRequest",
        "head guard",
        "body",
        "validate params",
        "validate query",
        "validate body",
        "guard",
        "resolve",
      ].concat(["route onResponse", "group onResponse", "app onResponse"]),
    );
  },

  "a request without a matching route gets 404 Not Found": async () => {
    const response = await send(setup({ handlers: [route.get("/a", { resolve: ok })] }), "/b");
    assert.deepEqual([response.status, await response.text()], [404, "Not Found"]);
    assert.equal((await send(setup({ handlers: [] }), "/")).status, 404);
  },

  "notFound replaces the 404 and receives the locals of onRequest, the query and the allowed methods": async () => {
    const app = setup({
      onRequest: () => ({ requestId: "r1" }),
      handlers: [
        route.on(["PUT", "GET"], "/a/:id", { resolve: ok }),
        route.delete("/a/1", { resolve: ok }),
        route.get("/a/*", { resolve: ok }),
        route.post("/b", { resolve: ok }),
      ],
      notFound: async (c) =>
        Response.json([c.locals.requestId, c.allowedMethods, c.raw.query, c.route ?? null], { status: 405 }),
    });
    const response = await send(app, "/a/1?q=x", { method: "POST" });
    assert.equal(response.status, 405);
    assert.deepEqual(await response.json(), ["r1", ["DELETE", "GET", "HEAD", "PUT"], { q: "x" }, null]);
    assert.deepEqual(JSON.parse(await read(app, "/none")), ["r1", [], {}, null]);
  },

  "onResponse receives whether the route resolved, a guard denied, or nothing matched": async () => {
    const log: Outcome[] = [];
    const allow = () => ({ allow: true }) as const;
    const requireKey = () => ({ deny: new Response("no", { status: 401 }) });
    const app = setup({
      onResponse: outcomesOf(log),
      handlers: [
        route.get("/a", { resolve: ok }),
        route.get("/b", { guards: [headGuard(allow), requireKey], resolve: ok }),
        route.get("/c", { guards: [() => ({ deny: new Response() })], resolve: ok }),
      ],
    });
    assert.equal((await send(app, "/a")).status, 200);
    assert.equal((await send(app, "/b")).status, 401);
    assert.equal((await send(app, "/c")).status, 200);
    assert.equal((await send(app, "/a", { method: "PUT" })).status, 404);
    assert.equal((await send(app, "/d")).status, 404);
    const [resolved, denied, anonymous, ...unmatched] = log;
    assert.deepEqual(resolved, { kind: "resolved" });
    assert.deepEqual(denied, { kind: "denied", guard: "requireKey", index: 1 });
    assert.deepEqual(anonymous, { kind: "denied", guard: "(anonymous)", index: 0 });
    assert.deepEqual(
      unmatched.map((outcome) => ({ ...outcome })),
      [
        { kind: "unmatched", allowedMethods: ["GET", "HEAD"] },
        { kind: "unmatched", allowedMethods: [] },
      ],
    );
  },

  "the context names the route by its method and path in the table": async () => {
    const resolve = (c: { route: { method: unknown; path: string } }) => Response.json([c.route.method, c.route.path]);
    const app = setup([route.get("/a/:id", { resolve }), route.on(["GET", "PUT"], "/b", { resolve })]);
    assert.equal(await read(app, "/a/1"), '["GET","/a/:id"]');
    assert.equal(await read(app, "/b"), '[["GET","PUT"],"/b"]');
  },

  "a handler receives the original request, and its response is returned unchanged": async () => {
    const response = new Response("x", { status: 299 });
    const request = new Request("http://localhost/");
    let same = false;
    const resolve = (c: { request: Request }) => {
      same = c.request === request;
      return response;
    };
    assert.equal(await setup([route.get("/", { resolve })]).fetch(request), response);
    assert.ok(same);
  },

  "an invalid body does not end the request: the handler decides": async () => {
    const validator: Validator = {
      validate: (_s, _i, part) => ({ ok: false, issues: [{ part, path: [], message: "no" }] }),
    };
    const resolve = (c: { input: { ok: boolean } }) => Response.json(c.input.ok, { status: 202 });
    const app = setup({ validator, handlers: [route.post("/", { request: { body: z.string() }, resolve })] });
    assert.equal((await send(app, "/", posting('"x"'))).status, 202);
  },
};
