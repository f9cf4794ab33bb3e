/** Locals: the values that onRequest and the guards supply, merged forward. */
import assert from "node:assert/strict";
import { type OnRequestHandler, route, setup } from "../../../src/http/index.ts";
import { type ErrorInfo, recorder, thrower } from "./probes.ts";
import { read } from "./request.ts";

const ok = () => new Response("ok");

export const cases: Record<string, () => void | Promise<void>> = {
  "onRequest receives the request and the platform's env and ctx": async () => {
    const seen: unknown[] = [];
    const app = setup({
      handlers: [route.get("/", { resolve: ok })],
      onRequest: (info: { request: Request; env: unknown; ctx: unknown }) =>
        void seen.push(info.request, info.env, info.ctx),
    });
    const [request, env, ctx] = [new Request("http://localhost/"), { DB: 1 }, { waitUntil() {} }];
    await app.fetch(request, env, ctx);
    assert.ok(seen[0] === request && seen[1] === env && seen[2] === ctx);
    await app.fetch(request);
    assert.deepEqual(seen.slice(4), [undefined, undefined]);
  },

  "onRequest supplies the first locals, synchronously or asynchronously, or none": async () => {
    const handlers = [route.get("/", { resolve: (c) => Response.json(c.locals) })];
    assert.equal(await read(setup({ handlers, onRequest: () => ({ n: 1 }) }), "/"), '{"n":1}');
    assert.equal(await read(setup({ handlers, onRequest: async () => ({ n: 1 }) }), "/"), '{"n":1}');
    assert.equal(await read(setup({ handlers, onRequest: () => {} }), "/"), "{}");
    assert.equal(await read(setup({ handlers }), "/"), "{}");
  },

  "several onRequest run in order, later locals override earlier ones, and onError has those from before a throw":
    async () => {
      const first = { a: 0, b: 0 };
      const log: ErrorInfo[] = [];
      const handlers = [route.get("/", { resolve: (c) => Response.json(c.locals) })];
      const later = async (): Promise<Record<string, unknown>> => ({ b: 1 });
      const several: OnRequestHandler[] = [() => first, later, () => {}];
      assert.equal(await read(setup({ handlers, onRequest: several }), "/"), '{"a":0,"b":1}');
      assert.equal(await read(setup({ handlers, onRequest: [] }), "/"), "{}");
      const onRequest: OnRequestHandler[] = [() => first, thrower(1), later];
      assert.equal(await read(setup({ handlers, onRequest, onError: recorder(log) }), "/"), "handled");
      assert.deepEqual([log[0]?.phase, log[0]?.context.locals], ["onRequest", first]);
    },

  "locals are merged forward, and later values override earlier ones": async () => {
    const app = setup({
      onRequest: () => ({ a: 0, b: 0 }),
      handlers: [
        route.get("/", {
          guards: [() => ({ allow: true, locals: { b: 1, c: 1 } }), async () => ({ allow: true, locals: { c: 2 } })],
          resolve: (c) => Response.json(c.locals),
        }),
      ],
    });
    assert.deepEqual(JSON.parse(await read(app, "/")), { a: 0, b: 1, c: 2 });
  },

  "locals are never mutated: not the object of onRequest, not that of a guard, not the one that an earlier guard read":
    async () => {
      const [first, second, kept] = [Object.freeze({ a: 1 }), Object.freeze({ b: 1 }), [] as unknown[]];
      const app = setup({
        onRequest: () => first,
        handlers: [
          route.get("/", {
            guards: [
              (c) => {
                kept.push(c.locals);
                return { allow: true, locals: second };
              },
              (c) => {
                kept.push(c.locals);
                return { allow: true, locals: { c: 1 } };
              },
            ],
            resolve: (c) => Response.json(c.locals),
          }),
        ],
      });
      assert.deepEqual(JSON.parse(await read(app, "/")), { a: 1, b: 1, c: 1 });
      assert.deepEqual(kept, [{ a: 1 }, { a: 1, b: 1 }]);
      assert.deepEqual([first, second], [{ a: 1 }, { b: 1 }]);
    },

  "concurrent requests do not share locals": async () => {
    let count = 0;
    const app = setup([
      route.get("/", {
        guards: [() => ({ allow: true, locals: { [`n${count++}`]: true } })],
        resolve: (c) => Response.json(Object.keys(c.locals)),
      }),
    ]);
    const responses = await Promise.all([read(app, "/"), read(app, "/"), read(app, "/")]);
    assert.deepEqual(responses, ['["n0"]', '["n1"]', '["n2"]']);
  },
};
