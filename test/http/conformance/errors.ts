/** Errors: every throw reaches onError, with the facts collected so far. */
import assert from "node:assert/strict";
import { z } from "zod";
import { headGuard, route, setup, standardValidator, type Validator } from "../../../src/http/index.ts";
import { type ErrorInfo, recorder, thrower } from "./probes.ts";
import { posting, read, send } from "./request.ts";

const ok = () => new Response("ok");
const allow = () => ({ allow: true }) as const;
const broken: Validator = { validate: thrower("validator") };

export const cases: Record<string, () => void | Promise<void>> = {
  "onError receives the phase in which the error was thrown": async () => {
    const log: ErrorInfo[] = [];
    const onError = recorder(log);
    const plain = [route.get("/", { resolve: ok })];
    const phaseOf = async (app: Parameters<typeof send>[0]) => {
      assert.equal(await read(app, "/"), "handled");
      return log.at(-1)?.phase;
    };
    assert.equal(await phaseOf(setup({ onError, onRequest: thrower(1), handlers: plain })), "onRequest");
    assert.equal(await phaseOf(setup({ onError, notFound: thrower(1), handlers: [] })), "match");
    assert.equal(await phaseOf(setup({ onError, onResponse: thrower(1), handlers: plain })), "onResponse");
    assert.equal(
      await phaseOf(setup({ onError, handlers: [route.get("/", { guards: [thrower(1)], resolve: ok })] })),
      "guard",
    );
    const head = [route.get("/", { guards: [headGuard(thrower(1))], resolve: ok })];
    assert.equal(await phaseOf(setup({ onError, handlers: head })), "guard");
    const input = [route.get("/", { request: { query: {} }, guards: [allow], resolve: ok })];
    assert.equal(await phaseOf(setup({ onError, validator: broken, handlers: input })), "input");
    assert.equal(await phaseOf(setup({ onError, handlers: [route.get("/", { resolve: thrower(1) })] })), "resolve");
    assert.equal(log.length, 7);
  },

  "a rejected promise counts as a throw in every phase": async () => {
    const log: ErrorInfo[] = [];
    const onError = recorder(log);
    const reject = async () => thrower("late")();
    const plain = [route.get("/", { resolve: ok })];
    for (const app of [
      setup({ onError, onRequest: reject, handlers: plain }),
      setup({ onError, notFound: reject, handlers: [] }),
      setup({ onError, handlers: [route.get("/", { guards: [reject], resolve: ok })] }),
      setup({ onError, handlers: [route.get("/", { resolve: reject })] }),
      setup({ onError, onResponse: reject, handlers: plain }),
    ]) {
      assert.equal(await read(app, "/"), "handled");
      assert.equal(log.at(-1)?.error, "late");
    }
  },

  "an invalid URL goes to onError in phase match": async () => {
    const log: ErrorInfo[] = [];
    const app = setup({ onError: recorder(log), handlers: [route.get("/", { resolve: ok })] });
    const request = { url: "nonsense", method: "GET", headers: new Headers() } as Request;
    assert.equal((await app.fetch(request)).status, 500);
    assert.equal(log[0]?.phase, "match");
  },

  "onError receives the locals collected so far, including those of onRequest": async () => {
    const log: ErrorInfo[] = [];
    const app = setup({
      onRequest: () => ({ requestId: "r" }),
      onError: recorder(log),
      handlers: [
        route.get("/a/:id", {
          guards: [
            () => ({ allow: true, locals: { user: "u" } }),
            () => thrower(1)(),
            () => ({ allow: true, locals: { late: 1 } }),
          ],
          resolve: ok,
        }),
      ],
      notFound: thrower(2),
    });
    await send(app, "/a/7?q=1");
    await send(app, "/b");
    const [inGuard, unmatched] = log;
    assert.deepEqual(inGuard?.context.locals, { requestId: "r", user: "u" });
    assert.deepEqual(
      [inGuard?.context.params.id, inGuard?.context.raw.query.q, inGuard?.context.route?.path],
      ["7", "1", "/a/:id"],
    );
    assert.deepEqual([unmatched?.context.locals, unmatched?.context.route], [{ requestId: "r" }, undefined]);
  },

  "onError receives the names of the guards that allowed the request": async () => {
    const log: ErrorInfo[] = [];
    const requireA = headGuard(allow);
    const requireB = () => ({ allow: true }) as const;
    const refuseC = thrower(1);
    const guards = [requireA, requireB, refuseC];
    const app = setup({ onError: recorder(log), handlers: [route.get("/", { guards, resolve: ok })] });
    await send(app, "/");
    assert.deepEqual(log[0]?.passed, ["allow", "requireB"]);
  },

  "a resolve, onResponse or notFound that does not return a Response is an error that names the step, the route and the value":
    async () => {
      const values = [null, "text", 1, { status: 200 }, []] as const;
      const found = ["null", "a string", "a number", "an object with the keys status", "an array"];
      for (const [index, value] of values.entries()) {
        for (const result of [() => value as never, async () => value as never]) {
          const log: ErrorInfo[] = [];
          const onError = recorder(log);
          const handlers = [
            route.get("/things/:id", { resolve: result }),
            route.put("/things/:id", { resolve: ok, onResponse: result }),
          ];
          const app = setup({ onError, handlers, notFound: result });
          for (const method of ["GET", "PUT", "POST"])
            assert.equal(await read(app, "/things/1", { method }), "handled");
          assert.deepEqual(
            log.map(({ phase }) => phase),
            ["resolve", "onResponse", "match"],
          );
          const said = log.map(({ error }) => String(error));
          for (const text of said) assert.ok(text.includes(`returned ${found[index]}. Return a Response`), text);
          assert.match(said[0] ?? "", /^TypeError: resolve of GET \/things\/:id /);
          assert.match(said[1] ?? "", /^TypeError: onResponse of PUT \/things\/:id /);
        }
      }
    },

  "a resolve or notFound that returns undefined is an error": async () => {
    const log: ErrorInfo[] = [];
    const handlers = [route.get("/", { resolve: () => undefined as never })];
    const app = setup({ onError: recorder(log), handlers, notFound: () => undefined as never });
    for (const path of ["/", "/b"]) assert.equal(await read(app, path), "handled");
    assert.match(String(log[0]?.error), /resolve of GET \/ returned undefined/);
  },

  "an onResponse that returns undefined keeps the response": async () => {
    const keep = () => undefined;
    const later = async () => undefined;
    const replace = () => new Response("replaced");
    const get = (path: string, onResponse: object) => route.get(path, { onResponse: onResponse as never, resolve: ok });
    const app = setup({
      onResponse: keep,
      handlers: [get("/a", keep), get("/b", later), get("/c", [replace, keep, later]), get("/d", [keep, replace])],
    });
    const texts = await Promise.all(["/a", "/b", "/c", "/d"].map((path) => read(app, path)));
    assert.deepEqual(texts, ["ok", "ok", "replaced", "replaced"]);
  },

  "invalid input does not call onError": async () => {
    const log: ErrorInfo[] = [];
    const handlers = [route.post("/", { request: { body: z.string() }, resolve: ok })];
    const app = setup({ validator: standardValidator, onError: recorder(log), handlers });
    assert.equal(await read(app, "/", posting("{")), "ok");
    assert.deepEqual(log, []);
  },
};
