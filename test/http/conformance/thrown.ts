/** Thrown values: how they reach onError, what is logged, and what the client receives. */
import assert from "node:assert/strict";
import { route, setup } from "../../../src/http/index.ts";
import { type ErrorInfo, recorder, thrower } from "./probes.ts";
import { read, send, silenced } from "./request.ts";

const ok = () => new Response("ok");

export const cases: Record<string, () => void | Promise<void>> = {
  "without an onError the error is logged, and the client receives no detail": async () => {
    const error = new Error("secret");
    const logged = await silenced(async () => {
      const response = await send(setup([route.get("/", { resolve: thrower(error) })]), "/");
      assert.deepEqual([response.status, await response.text()], [500, '{"error":"Internal Server Error"}']);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    });
    assert.ok(logged.includes(error));
  },

  "if onError throws, rejects or does not return a Response, the default 500 is sent": async () => {
    const error = new Error("first");
    for (const onError of [
      thrower("second"),
      async () => thrower("second")(),
      () => "text" as never,
      () => null as never,
    ]) {
      const app = setup({ onError, handlers: [route.get("/", { resolve: thrower(error) })] });
      const logged = await silenced(async () =>
        assert.equal(await read(app, "/"), '{"error":"Internal Server Error"}'),
      );
      assert.ok(logged.includes(error));
      assert.match(String(logged[0]), /second|onError of GET \/ returned (a string|null)/);
    }
  },

  "an error that onError answers is not logged": async () => {
    const app = setup({ onError: () => new Response("mine"), handlers: [route.get("/", { resolve: thrower(1) })] });
    assert.deepEqual(await silenced(async () => assert.equal(await read(app, "/"), "mine")), []);
  },

  "onError may be asynchronous": async () => {
    const app = setup({
      onError: async () => new Response("late"),
      handlers: [route.get("/", { resolve: thrower(1) })],
    });
    assert.equal(await read(app, "/"), "late");
  },

  "any value may be thrown and reaches onError unchanged": async () => {
    for (const value of [
      "text",
      0,
      false,
      null,
      undefined,
      Symbol("s"),
      { plain: true },
      Object.freeze(new Error("frozen")),
      ok(),
    ]) {
      const log: ErrorInfo[] = [];
      const app = setup({ onError: recorder(log), handlers: [route.get("/", { resolve: thrower(value) })] });
      assert.equal(await read(app, "/"), "handled");
      assert.ok(Object.is(log[0]?.error, value));
      const bare = setup([route.get("/", { resolve: thrower(value) })]);
      await silenced(async () => assert.equal((await send(bare, "/")).status, 500));
    }
  },

  "a thrown value is never modified, since concurrent requests may share it": async () => {
    const shared = new Error("shared");
    const before = Reflect.ownKeys(shared);
    const log: ErrorInfo[] = [];
    const handlers = [
      route.get("/a", { resolve: thrower(shared) }),
      route.get("/b", { guards: [thrower(shared)], resolve: ok }),
    ];
    const app = setup({ onRequest: ({ request }) => ({ url: request.url }), onError: recorder(log), handlers });
    await Promise.all([send(app, "/a"), send(app, "/b"), send(app, "/a")]);
    assert.deepEqual(Reflect.ownKeys(shared), before);
    assert.deepEqual(log.map(({ phase, context }) => `${phase} ${context.locals.url}`).sort(), [
      "guard http://localhost/b",
      "resolve http://localhost/a",
      "resolve http://localhost/a",
    ]);
  },

  "onResponse does not run after a throw": async () => {
    let runs = 0;
    const count = ({ response }: { response: Response }) => {
      runs++;
      return response;
    };
    const handlers = [route.get("/", { onResponse: count, resolve: thrower(1) })];
    assert.equal(await read(setup({ onResponse: count, onError: () => new Response("mine"), handlers }), "/"), "mine");
    await silenced(() => send(setup({ onResponse: count, handlers }), "/"));
    assert.equal(runs, 0);
  },

  "if an onResponse throws, onError answers and no other onResponse runs": async () => {
    const log: string[] = [];
    const note =
      (name: string, fail = false) =>
      ({ response }: { response: Response }) => {
        log.push(name);
        return fail ? thrower("hook")() : response;
      };
    const app = setup({
      onResponse: note("app"),
      onError: ({ error }) => new Response(`handled ${error}`),
      handlers: [route.get("/", { onResponse: [note("first"), note("second", true), note("third")], resolve: ok })],
    });
    assert.equal(await read(app, "/"), "handled hook");
    assert.deepEqual(log, ["first", "second"]);
  },
};
