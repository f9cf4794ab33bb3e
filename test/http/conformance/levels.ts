/** Levels: the order in which guards and hooks of routes, groups and the app run. */
import assert from "node:assert/strict";
import { group, route, setup } from "../../../src/http/index.ts";
import { createLog } from "./probes.ts";
import { read, send } from "./request.ts";

const ok = () => new Response("ok");

export const cases: Record<string, () => void | Promise<void>> = {
  "guards run outermost group first, then inner groups, then the route's": async () => {
    const { log, guard } = createLog();
    const inner = group({
      guards: [guard("inner 1"), guard("inner 2")],
      handlers: [route.get("/a", { guards: [guard("route 1"), guard("route 2")], resolve: ok })],
    });
    const app = setup({
      handlers: [
        group({ guards: [guard("outer")], handlers: [inner, route.get("/b", { resolve: ok })] }),
        route.get("/c", { resolve: ok }),
      ],
    });
    await send(app, "/a");
    assert.deepEqual(log.splice(0), ["outer", "inner 1", "inner 2", "route 1", "route 2"]);
    await send(app, "/b");
    assert.deepEqual(log.splice(0), ["outer"]);
    await send(app, "/c");
    assert.deepEqual(log, []);
  },

  "onResponse runs for the route first, then the inner group, the outer group and the app, and lists run in order":
    async () => {
      const { log, observe } = createLog();
      const app = setup({
        onResponse: [observe("app 1"), observe("app 2")],
        handlers: group({
          onResponse: observe("outer"),
          handlers: group({
            onResponse: [observe("inner 1"), observe("inner 2")],
            handlers: [route.get("/", { onResponse: [observe("route 1"), observe("route 2")], resolve: ok })],
          }),
        }),
      });
      await send(app, "/");
      assert.deepEqual(log, ["route 1", "route 2", "inner 1", "inner 2", "outer", "app 1", "app 2"]);
    },

  "each onResponse receives the result of the one before, synchronous or asynchronous": async () => {
    const add = (letter: string) => async (info: { response: Response }) =>
      new Response((await info.response.text()) + letter, info.response);
    const app = setup({
      onResponse: add("c"),
      handlers: group({
        onResponse: add("b"),
        handlers: [route.get("/", { onResponse: add("a"), resolve: () => new Response("") })],
      }),
    });
    assert.equal(await read(app, "/"), "abc");
  },

  "a denial by an outer guard runs onResponse of every level, and an unmatched request only that of the app":
    async () => {
      const { log, observe } = createLog();
      const app = setup({
        onResponse: observe("app"),
        handlers: group({
          guards: [() => ({ deny: new Response("no", { status: 403 }) })],
          onResponse: observe("group"),
          handlers: [route.get("/", { onResponse: observe("route"), resolve: ok })],
        }),
      });
      assert.equal((await send(app, "/")).status, 403);
      assert.deepEqual(log.splice(0), ["route", "group", "app"]);
      assert.equal((await send(app, "/none")).status, 404);
      assert.deepEqual(log, ["app"]);
    },

  "a group does not change the routes it is given: outside the group they run without its guards": async () => {
    const { log, guard } = createLog();
    const shared = route.get("/a", { resolve: ok });
    const before = JSON.stringify(shared);
    group({ guards: [guard("group")], handlers: [shared] });
    assert.equal(JSON.stringify(shared), before);
    assert.equal(await read(setup([shared]), "/a"), "ok");
    assert.deepEqual(log, []);
  },

  "a group without guards or without routes changes nothing": async () => {
    const app = setup({
      handlers: [group({ handlers: [] }), group({ guards: [], handlers: [route.get("/a", { resolve: ok })] })],
    });
    assert.equal(await read(app, "/a"), "ok");
  },

  "the guards of a group read the locals before them and supply locals to the routes": async () => {
    const app = setup({
      onRequest: () => ({ trail: "0" }),
      handlers: group({
        guards: [(c) => ({ allow: true, locals: { trail: `${c.locals.trail}1` } })],
        handlers: group({
          guards: [(c) => ({ allow: true, locals: { trail: `${c.locals.trail}2` } })],
          handlers: [route.get("/", { resolve: (c) => new Response(String(c.locals.trail)) })],
        }),
      }),
    });
    assert.equal(await read(app, "/"), "012");
  },
};
