/** HEAD: routes for GET also serve it, without a body. */
import assert from "node:assert/strict";
import { type Handler, route, setup } from "../../../src/http/index.ts";
import { endless, watched } from "./body-stream.ts";
import { thrower } from "./probes.ts";
import { send, silenced } from "./request.ts";

const HEAD = { method: "HEAD" };
const named = (name: string) => ({ resolve: () => new Response("body", { headers: { "x-route": name } }) });

export const cases: Record<string, () => void | Promise<void>> = {
  "HEAD is served by the route that names it, else by the route for GET": async () => {
    const get = (path: string) => route.get(path, named(`GET ${path}`));
    const head = (path: string) => route.head(path, named(`HEAD ${path}`));
    const all = (path: string) => route.all(path, named(`* ${path}`));
    const tables: [handlers: Handler[], path: string, route: string | null][] = [
      [[get("/a")], "/a", "GET /a"],
      [[get("/:x")], "/a", "GET /:x"],
      [[get("/a"), head("/a")], "/a", "HEAD /a"],
      [[head("/a"), get("/a")], "/a", "HEAD /a"],
      [[get("/a"), head("/*")], "/a", "HEAD /*"],
      [[head("/b"), get("/a")], "/a", "GET /a"],
      [[get("/a"), all("/*")], "/a", "GET /a"],
      [[get("/a"), all("/*"), head("/b")], "/a", "GET /a"],
      [[all("/a"), get("/b"), head("/b")], "/a", "* /a"],
      [[all("/*"), head("/a")], "/a", "HEAD /a"],
      [[all("/*")], "/a", "* /*"],
      [[route.post("/a", named("POST"))], "/a", null],
      [[head("/a")], "/b", null],
    ];
    for (const [handlers, path, expected] of tables) {
      const response = await send(setup(handlers), path, HEAD);
      assert.equal(response.headers.get("x-route"), expected);
      if (expected) assert.deepEqual([response.status, response.body], [200, null]);
    }
  },

  "the route, guards and hooks see a HEAD request, and a body until after onSend": async () => {
    const seen: unknown[] = [];
    const app = setup({
      onSend: async ({ context, response }) => {
        seen.push(context.request.method, context.route?.method, await response.clone().text());
      },
      handlers: [route.get("/", named("GET"))],
    });
    const response = await send(app, "/", HEAD);
    assert.deepEqual([seen, response.body], [["HEAD", "GET", "body"], null]);
  },

  "the response to HEAD keeps status and headers, and the stream of its body is cancelled": async () => {
    const body = watched(endless(10));
    const headers = { "content-length": "1000", etag: '"1"' };
    const app = setup([route.get("/", { resolve: () => new Response(body.stream, { status: 203, headers }) })]);
    const response = await send(app, "/", HEAD);
    assert.deepEqual([response.status, response.body], [203, null]);
    assert.deepEqual([response.headers.get("content-length"), response.headers.get("etag")], ["1000", '"1"']);
    assert.equal(body.cancelled, true);
  },

  "no response to HEAD has a body: of guards, no match, errors and a failed onSend": async () => {
    const denyAll = () => ({ deny: new Response("no", { status: 403 }) });
    const handlers = [
      route.get("/denied", { guards: [denyAll], ...named("denied") }),
      route.get("/broken", { resolve: thrower(1) }),
    ];
    const apps = [
      setup(handlers),
      setup({ handlers, onSend: thrower(2) }),
      setup({ handlers, onError: () => new Response("own") }),
    ];
    await silenced(async () => {
      for (const app of apps)
        for (const path of ["/denied", "/broken", "/none"]) assert.equal((await send(app, path, HEAD)).body, null);
    });
  },

  "a body that is locked or fails to cancel does not matter": async () => {
    const locked = new Response("x");
    locked.body?.getReader();
    const failing = new Response(new ReadableStream({ cancel: thrower("stuck") }));
    for (const given of [locked, failing]) {
      const response = await send(setup([route.get("/", { resolve: () => given })]), "/", HEAD);
      assert.deepEqual([response.status, response.body], [200, null]);
    }
  },
};
