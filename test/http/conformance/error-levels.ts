/** Levels of onError: the nearest level is called first. */
import assert from "node:assert/strict";
import { group, route, setup } from "../../../src/http/index.ts";
import { createLog, thrower } from "./probes.ts";
import { read, send, silenced } from "./request.ts";

class DatabaseError extends Error {}

const ok = () => new Response("ok");

export const cases: Record<string, () => void | Promise<void>> = {
  "onError of the nearest level is called first, and undefined passes the error outward": async () => {
    const { log, pass } = createLog();
    const handlers = group({
      onError: pass("outer"),
      handlers: group({
        onError: async () => pass("inner")({} as never),
        handlers: [route.get("/", { onError: [pass("route 1"), pass("route 2")], resolve: thrower("x") })],
      }),
    });
    assert.equal(await read(setup({ handlers, onError: () => new Response("app") }), "/"), "app");
    assert.deepEqual(log.splice(0), ["route 1", "route 2", "inner", "outer"]);
    const logged = await silenced(async () =>
      assert.equal((await send(setup({ handlers, onError: pass("app") }), "/")).status, 500),
    );
    assert.deepEqual([log.at(-1), logged], ["app", ["x"]]);
  },

  "the first onError that returns a response ends the search": async () => {
    const { log, pass } = createLog();
    const app = setup({
      onError: pass("app"),
      handlers: group({
        onError: pass("group"),
        handlers: [route.get("/", { onError: () => new Response("mine"), resolve: thrower(1) })],
      }),
    });
    assert.equal(await read(app, "/"), "mine");
    assert.deepEqual(log, []);
  },

  "a level can handle only one class of errors": async () => {
    const app = setup({
      onError: () => new Response("app"),
      handlers: group({
        onError: ({ error }) => (error instanceof DatabaseError ? new Response("database") : undefined),
        handlers: [
          route.get("/db", { resolve: thrower(new DatabaseError()) }),
          route.get("/other", { resolve: thrower(new TypeError()) }),
        ],
      }),
    });
    assert.deepEqual([await read(app, "/db"), await read(app, "/other")], ["database", "app"]);
  },

  "an error before a route has matched goes only to the onError of the app": async () => {
    const { log, pass } = createLog();
    const handlers = [route.get("/", { onError: pass("route"), resolve: ok })];
    const app = setup({ handlers, onRequest: thrower(1), onError: () => new Response("app") });
    assert.equal(await read(app, "/"), "app");
    assert.deepEqual(log, []);
  },

  "an onError that throws ends the search, and the default 500 is sent": async () => {
    const { log, pass } = createLog();
    const app = setup({
      onError: pass("app"),
      handlers: [route.get("/", { onError: thrower("again"), resolve: thrower("first") })],
    });
    const logged = await silenced(async () => assert.equal(await read(app, "/"), '{"error":"Internal Server Error"}'));
    assert.deepEqual(log, []);
    assert.ok(logged.includes("first") && logged.includes("again"));
  },
};
