/** What is thrown, what onError makes of it, and what the client learns. */
import assert from "node:assert/strict";
import { route, setup } from "../../../src/http/index.ts";
import { type ErrorInfo, recorder, thrower } from "./probes.ts";
import { read, send, silenced } from "./request.ts";

const ok = () => new Response("ok");

export const cases: Record<string, () => void | Promise<void>> = {
  "without an onError the error is logged, and the client learns nothing of it": async () => {
    const error = new Error("secret");
    const logged = await silenced(async () => {
      const response = await send(setup([route.get("/", { resolve: thrower(error) })]), "/");
      assert.deepEqual([response.status, await response.text()], [500, '{"error":"Internal Server Error"}']);
      assert.match(response.headers.get("content-type") ?? "", /^application\/json/);
    });
    assert.ok(logged.includes(error));
  },

  "an onError that throws, rejects or returns no Response leaves the default": async () => {
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
    }
  },

  "an onError that answers is not logged over": async () => {
    const app = setup({ onError: () => new Response("mine"), handlers: [route.get("/", { resolve: thrower(1) })] });
    assert.deepEqual(await silenced(async () => assert.equal(await read(app, "/"), "mine")), []);
  },

  "onError may answer later": async () => {
    const app = setup({
      onError: async () => new Response("late"),
      handlers: [route.get("/", { resolve: thrower(1) })],
    });
    assert.equal(await read(app, "/"), "late");
  },

  "anything may be thrown, and reaches onError as it is": async () => {
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
      assert.equal(await read(app, "/"), "rescued");
      assert.ok(Object.is(log[0]?.error, value));
      const bare = setup([route.get("/", { resolve: thrower(value) })]);
      await silenced(async () => assert.equal((await send(bare, "/")).status, 500));
    }
  },

  "nothing is written on a thrown value: it may be shared by requests under way": async () => {
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

  "after a throw no onResponse runs": async () => {
    let dressed = 0;
    const count = ({ response }: { response: Response }) => {
      dressed++;
      return response;
    };
    const handlers = [route.get("/", { onResponse: count, resolve: thrower(1) })];
    assert.equal(await read(setup({ onResponse: count, onError: () => new Response("mine"), handlers }), "/"), "mine");
    await silenced(() => send(setup({ onResponse: count, handlers }), "/"));
    assert.equal(dressed, 0);
  },

  "an onResponse that throws ends the hooks: onError answers, and none runs again": async () => {
    const log: string[] = [];
    const note =
      (name: string, fail = false) =>
      ({ response }: { response: Response }) => {
        log.push(name);
        return fail ? thrower("hook")() : response;
      };
    const app = setup({
      onResponse: note("app"),
      onError: ({ error }) => new Response(`rescued ${error}`),
      handlers: [route.get("/", { onResponse: [note("first"), note("second", true), note("third")], resolve: ok })],
    });
    assert.equal(await read(app, "/"), "rescued hook");
    assert.deepEqual(log, ["first", "second"]);
  },
};
