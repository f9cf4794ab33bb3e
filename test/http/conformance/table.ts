/** The route table: the functions that create routes, and the arguments of `setup`. */
import assert from "node:assert/strict";
import { z } from "zod";
import { group, route, scope, setup, standardValidator } from "../../../src/http/index.ts";
import { posting, read, send } from "./request.ts";

const resolve = (c: { request: Request }) => new Response(c.request.method);

export const cases: Record<string, () => void | Promise<void>> = {
  "each route function creates a route for its method": async () => {
    const makers = {
      GET: route.get,
      POST: route.post,
      PUT: route.put,
      PATCH: route.patch,
      DELETE: route.delete,
      HEAD: route.head,
      OPTIONS: route.options,
    };
    for (const [method, make] of Object.entries(makers)) {
      const app = setup([make("/x", { resolve: () => new Response(null, { headers: { "x-made": method } }) })]);
      for (const sent of Object.keys(makers)) {
        const response = await send(app, "/x", { method: sent });
        const isServed = sent === method || (sent === "HEAD" && method === "GET");
        assert.equal(response.headers.get("x-made"), isServed ? method : null);
      }
    }
  },

  "route.on accepts any method, or several": async () => {
    const app = setup([route.on("PROPFIND", "/dav", { resolve }), route.on(["GET", "PUT"], "/dav", { resolve })]);
    for (const method of ["PROPFIND", "GET", "PUT"]) assert.equal(await read(app, "/dav", { method }), method);
    for (const method of ["POST", "MKCOL"]) assert.equal((await send(app, "/dav", { method })).status, 404);
  },

  "route.all matches every method, even one that no route names": async () => {
    const app = setup([route.get("/a", { resolve: () => new Response("get") }), route.all("/a", { resolve })]);
    assert.equal(await read(app, "/a"), "get");
    for (const method of ["POST", "DELETE", "PURGE"]) assert.equal(await read(app, "/a", { method }), method);
  },

  "route.all keeps its place in the order of priority": async () => {
    const app = setup([
      route.all("/:x/b", { resolve: () => new Response("all") }),
      route.get("/a/:y", { resolve: () => new Response("get") }),
      route.post("/a/:y", { resolve: () => new Response("post") }),
      route.all("/*", { resolve: () => new Response("rest") }),
    ]);
    assert.deepEqual(await Promise.all(["/a/b", "/a/c", "/c"].map((path) => read(app, path))), ["all", "get", "rest"]);
    assert.deepEqual(
      [await read(app, "/a/c", { method: "POST" }), await read(app, "/a/c", { method: "PUT" })],
      ["post", "rest"],
    );
  },

  "setup accepts a list of routes and groups, or a config": async () => {
    const handlers = [route.get("/a", { resolve }), group({ handlers: [route.get("/b", { resolve })] })];
    for (const app of [setup(handlers), setup({ handlers })]) {
      assert.deepEqual(
        [(await send(app, "/a")).status, (await send(app, "/b")).status, app.handlers.length],
        [200, 200, 2],
      );
    }
  },

  "app.allowedMethods gives the methods that have a route for a path": () => {
    const app = setup([route.get("/a/:id<int>", { resolve }), route.post("/a/:id", { resolve })]);
    assert.deepEqual(["/a/1", "/a/b", "/b"].map(app.allowedMethods), [["GET", "HEAD", "POST"], ["POST"], []]);
  },

  "app.handlers is the flat, composed table": () => {
    const requireOuter = () => ({ allow: true }) as const;
    const requireInner = () => ({ allow: true }) as const;
    const inner = group({ guards: [requireInner], handlers: [route.get("/a/:id", { resolve })] });
    const { handlers } = setup({
      handlers: [group({ guards: [requireOuter], handlers: [inner] }), route.post("/b", { resolve })],
    });
    assert.deepEqual(
      handlers.map(({ method, path }) => [method, path]),
      [
        ["GET", "/a/:id"],
        ["POST", "/b"],
      ],
    );
    assert.deepEqual(
      handlers.map(({ guards }) => guards),
      [[requireOuter, requireInner], []],
    );
  },

  "an app set up from the handlers of another app runs only its own app-level hooks": async () => {
    const log: string[] = [];
    const observe = (name: string) => (info: { response: Response }) => {
      log.push(name);
      return info.response;
    };
    const first = setup({
      onResponse: observe("first"),
      handlers: group({ onResponse: observe("group"), handlers: [route.get("/", { resolve })] }),
    });
    const second = setup({ handlers: first.handlers, onRequest: () => ({ n: 1 }), onResponse: observe("second") });
    await send(second, "/");
    assert.deepEqual(log.splice(0), ["group", "second"]);
    await send(first, "/");
    assert.deepEqual(log, ["group", "first"]);
  },

  "an app set up from the handlers of another app uses its own body limit, and routes keep theirs": async () => {
    const config = {
      request: { body: z.string() },
      resolve: (c: { input: { ok: boolean } }) => Response.json(c.input.ok),
    };
    const handlers = [route.post("/app", config), route.post("/own", { ...config, maxBodyBytes: 9 })];
    const first = setup({ handlers, validator: standardValidator, maxBodyBytes: 100 });
    const second = setup({ handlers: first.handlers, validator: standardValidator, maxBodyBytes: 5 });
    const lengths = async (path: string) => [
      await read(second, path, posting('"234567"')),
      await read(second, path, posting('"234"')),
    ];
    assert.deepEqual(
      [await lengths("/app"), await lengths("/own")],
      [
        ["false", "true"],
        ["true", "true"],
      ],
    );
  },

  "the functions of a scope work like the bare ones": async () => {
    const { route, group, setup } = scope<{ name: string }>();
    const handlers = group({ handlers: [route.get("/", { resolve: (c) => new Response(c.locals.name) })] });
    assert.equal(await read(setup({ handlers, onRequest: () => ({ name: "ada" }) }), "/"), "ada");
  },
};
