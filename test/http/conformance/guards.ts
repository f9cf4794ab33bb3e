/** Guards: a request continues only if every guard explicitly allows it. */
import assert from "node:assert/strict";
import { headGuard, route, setup } from "../../../src/http/index.ts";
import { createGuardedApp } from "./probes.ts";
import { posting, read, send, silenced } from "./request.ts";

const deny = (status: number) => () => ({ deny: new Response("denied", { status }) });
const allow = () => ({ allow: true }) as const;

export const cases: Record<string, () => void | Promise<void>> = {
  "after a denial no later guard and no handler runs": async () => {
    const log: string[] = [];
    const late = () => {
      log.push("late");
      return allow();
    };
    assert.equal(
      (await send(createGuardedApp([deny(403), late, headGuard(late)], log), "/", posting("{}"))).status,
      403,
    );
    assert.deepEqual(log, []);
  },

  "a guard may be asynchronous": async () => {
    assert.equal((await send(createGuardedApp([async () => deny(403)()]), "/", posting("{}"))).status, 403);
    assert.equal(await read(createGuardedApp([async () => allow()]), "/", posting("{}")), "ok");
  },

  "a thenable is awaited like a Promise": async () => {
    // biome-ignore lint/suspicious/noThenProperty: some libraries make such promises.
    const thenable = { then: (take: (value: unknown) => void) => take({ deny: new Response("", { status: 403 }) }) };
    assert.equal((await send(createGuardedApp([() => thenable]), "/", posting("{}"))).status, 403);
  },

  "any other result of a guard fails closed and goes to onError": async () => {
    const wrong: unknown[] = [
      undefined,
      null,
      true,
      "allow",
      1,
      {},
      [],
      { allow: false },
      { allow: "yes" },
      { allow: 1 },
    ];
    wrong.push({ deny: "no" }, { deny: true }, { deny: null }, { locals: {} }, new Response("no"), () => allow());
    wrong.push({ allow: true, locals: "x" }, { deny: new Response("x"), allow: false });
    for (const value of wrong) {
      for (const guard of [() => value, async () => value, headGuard((() => value) as never)]) {
        const log: string[] = [];
        const response = await send(createGuardedApp([guard], log), "/", posting('{"title":"x"}'));
        assert.deepEqual([response.status, log[0], log.length], [500, "guard", 2], JSON.stringify(value));
      }
    }
  },

  "a guard that both allows and denies is an error": async () => {
    const log: string[] = [];
    const both = () => ({ allow: true, deny: new Response("no", { status: 403 }) });
    assert.equal((await send(createGuardedApp([both], log), "/", posting("{}"))).status, 500);
    assert.equal(log.includes("resolve"), false);
  },

  "the error for an invalid result names the guard and the route": async () => {
    const log: string[] = [];
    function requireNothing() {
      return undefined;
    }
    await send(createGuardedApp([requireNothing], log), "/", posting("{}"));
    assert.match(String(log[1]), /requireNothing/);
    assert.match(String(log[1]), /POST \//);
  },

  "without an onError an invalid result is logged and answered with 500": async () => {
    const app = setup([route.get("/", { guards: [(() => ({})) as never], resolve: () => new Response("in") })]);
    const logged = await silenced(async () => assert.equal((await send(app, "/")).status, 500));
    assert.match(String(logged[0]), /GET \//);
  },

  "a guard that throws or rejects fails closed": async () => {
    for (const guard of [
      () => {
        throw new Error("broken");
      },
      () => Promise.reject(new Error("broken")),
    ]) {
      const log: string[] = [];
      assert.equal((await send(createGuardedApp([guard], log), "/", posting("{}"))).status, 500);
      assert.deepEqual(log, ["guard", "Error: broken"]);
    }
  },

  "a guard can read params, query, headers and the locals so far": async () => {
    const app = setup([
      route.get("/:id<int>", {
        guards: [
          headGuard((c) => ({
            allow: true,
            locals: { facts: [c.params.id, c.raw.params.id, c.raw.query.q, c.request.headers.get("x-key")] },
          })),
        ],
        resolve: (c) => Response.json(c.locals.facts),
      }),
    ]);
    assert.equal(await read(app, "/7?q=z", { headers: { "x-key": "k" } }), '[7,"7","z","k"]');
  },
};
