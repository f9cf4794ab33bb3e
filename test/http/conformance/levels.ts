/** Levels: what routes, groups and the app share, and in which order it runs. */
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

  "onResponse runs the route's first, then inner and outer groups', then the app's; lists in order": async () => {
    const { log, dress } = createLog();
    const app = setup({
      onResponse: [dress("app 1"), dress("app 2")],
      handlers: group({
        onResponse: dress("outer"),
        handlers: group({
          onResponse: [dress("inner 1"), dress("inner 2")],
          handlers: [route.get("/", { onResponse: [dress("route 1"), dress("route 2")], resolve: ok })],
        }),
      }),
    });
    await send(app, "/");
    assert.deepEqual(log, ["route 1", "route 2", "inner 1", "inner 2", "outer", "app 1", "app 2"]);
  },

  "each onResponse gets what the one before returned, at once or later": async () => {
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

  "a denial by an outer guard passes the onResponse of every level; no match only the app's": async () => {
    const { log, dress } = createLog();
    const app = setup({
      onResponse: dress("app"),
      handlers: group({
        guards: [() => ({ deny: new Response("no", { status: 403 }) })],
        onResponse: dress("group"),
        handlers: [route.get("/", { onResponse: dress("route"), resolve: ok })],
      }),
    });
    assert.equal((await send(app, "/")).status, 403);
    assert.deepEqual(log.splice(0), ["route", "group", "app"]);
    assert.equal((await send(app, "/none")).status, 404);
    assert.deepEqual(log, ["app"]);
  },

  "a group leaves its routes as they were: the same route stands outside it without its guards": async () => {
    const { log, guard } = createLog();
    const shared = route.get("/a", { resolve: ok });
    const before = JSON.stringify(shared);
    group({ guards: [guard("group")], handlers: [shared] });
    assert.equal(JSON.stringify(shared), before);
    assert.equal(await read(setup([shared]), "/a"), "ok");
    assert.deepEqual(log, []);
  },

  "a group without guards, and one without routes, change nothing": async () => {
    const app = setup({
      handlers: [group({ handlers: [] }), group({ guards: [], handlers: [route.get("/a", { resolve: ok })] })],
    });
    assert.equal(await read(app, "/a"), "ok");
  },

  "a group's guards see the locals before them, and supply those behind": async () => {
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
