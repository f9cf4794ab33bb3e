/** Guards made of guards, wrapped guards, and guards added to the routes of a list. */
import assert from "node:assert/strict";
import { describeRoutes, type GuardFn, group, type Handler, headGuard, route, setup } from "../../../src/http/index.ts";
import { posting, read, send } from "./request.ts";

type AnyGuard = NonNullable<Handler["guards"]>[number];

/** A guard that allows requests with a header, and supplies the name of the header. */
const requireHeader =
  (name: string, isAsync = false): GuardFn =>
  (c) => {
    const result = c.request.headers.has(name)
      ? { allow: true as const, locals: { by: name } }
      : { deny: new Response(`no ${name}`, { status: 403 }) };
    return isAsync ? Promise.resolve(result) : result;
  };

const anyOf =
  (first: GuardFn, ...others: readonly GuardFn[]): GuardFn =>
  async (c) => {
    let decision = await first(c);
    for (const guard of others) decision = "deny" in decision ? await guard(c) : decision;
    return decision;
  };

const allOf =
  (...guards: readonly GuardFn[]): GuardFn =>
  async (c) => {
    let { locals } = c;
    for (const guard of guards) {
      const decision = await guard({ ...c, locals });
      if ("deny" in decision) return decision;
      locals = { ...locals, ...decision.locals };
    }
    return { allow: true, locals };
  };

const onlyFor =
  (method: string, guard: GuardFn): GuardFn =>
  (c) =>
    c.request.method === method ? guard(c) : { allow: true };

/** Wraps a guard: the wrapper awaits the decision, logs it, and keeps the name. */
function logged(guard: AnyGuard, log: string[]): AnyGuard {
  const wrapper: AnyGuard = async (c) => {
    const decision = await guard(c);
    log.push(`${guard.name} ${"deny" in decision ? "denied" : "allowed"} ${c.request.method} ${c.route.path}`);
    return decision;
  };
  return Object.defineProperty(wrapper, "name", { value: guard.name });
}

const resolve = (c: { readonly locals: object }) => Response.json(c.locals);
const appWith = (guard: GuardFn) => setup([route.all("/", { guards: [guard], resolve })]);
const withHeaders = (...names: readonly string[]) => ({ headers: names.map((name): [string, string] => [name, "1"]) });

export const cases: Record<string, () => void | Promise<void>> = {
  "any of several guards may allow, and the last denial is the response": async () => {
    const app = appWith(anyOf(requireHeader("a"), requireHeader("b", true)));
    assert.equal(await read(app, "/", withHeaders("a")), '{"by":"a"}');
    assert.equal(await read(app, "/", withHeaders("b")), '{"by":"b"}');
    assert.equal(await read(app, "/"), "no b");
  },

  "all of several guards must allow, each with the locals before it, and the first denial is the response":
    async () => {
      const last: GuardFn = (c) => ({ allow: true, locals: { seen: c.locals.by } });
      const app = appWith(allOf(requireHeader("a"), requireHeader("b", true), last));
      assert.equal(await read(app, "/", withHeaders("a", "b")), '{"by":"b","seen":"b"}');
      assert.equal(await read(app, "/", withHeaders("b")), "no a");
      assert.equal(await read(app, "/", withHeaders("a")), "no b");
    },

  "a condition decides whether a guard runs": async () => {
    const app = appWith(onlyFor("POST", requireHeader("a")));
    assert.equal(await read(app, "/"), "{}");
    assert.equal((await send(app, "/", { method: "POST" })).status, 403);
    assert.equal(await read(app, "/", { method: "POST", ...withHeaders("a") }), '{"by":"a"}');
  },

  "the guards of a list of routes can be wrapped to log their decisions, synchronous or asynchronous": async () => {
    const requireA = requireHeader("a");
    const requireB = requireHeader("b", true);
    Object.defineProperty(requireA, "name", { value: "requireA" });
    Object.defineProperty(requireB, "name", { value: "requireB" });
    const routes = group({
      guards: [requireA],
      handlers: [
        route.get("/x/:id", { guards: [requireB], resolve }),
        route.get("/y", { resolve: () => new Response() }),
      ],
    });
    const log: string[] = [];
    const app = setup(
      routes.map((handler) => ({ ...handler, guards: handler.guards?.map((guard) => logged(guard, log)) ?? [] })),
    );
    await send(app, "/x/1", withHeaders("a", "b"));
    await send(app, "/x/2", withHeaders("a"));
    await send(app, "/y");
    const expected = ["requireA allowed", "requireB allowed", "requireA allowed", "requireB denied"];
    assert.deepEqual(log, [...expected.map((entry) => `${entry} GET /x/:id`), "requireA denied GET /y"]);
    assert.deepEqual(
      describeRoutes(app.handlers)[0]?.guards.map(({ name }) => name),
      ["requireA", "requireB"],
    );
  },

  "a wrapped head guard is a plain guard, unless the wrapper is marked again": async () => {
    const inner = headGuard(() => ({ deny: new Response("denied", { status: 403 }) }));
    const wrapped = (c: Parameters<typeof inner>[0]) => inner(c);
    const phaseOf = (guard: AnyGuard) =>
      describeRoutes(setup([route.get("/", { guards: [guard], resolve })]).handlers)[0]?.guards[0]?.phase;
    assert.equal(phaseOf(inner), "head");
    assert.equal(phaseOf(wrapped), "input");
    assert.equal(phaseOf(headGuard(wrapped)), "head");
  },

  "a guard can be put before the guards of routes that are already in a table": async () => {
    const first = setup([route.get("/", { guards: [requireHeader("b")], resolve })]);
    const second = setup(
      first.handlers.map((handler) => ({ ...handler, guards: [requireHeader("a"), ...(handler.guards ?? [])] })),
    );
    assert.equal(await read(second, "/"), "no a");
    assert.equal(await read(second, "/", withHeaders("a")), "no b");
    assert.equal(await read(first, "/"), "no b");
  },

  "a denial may be any response: a redirect, a page, or a success": async () => {
    const responses: [Response, number, string][] = [
      [new Response(null, { status: 303, headers: { location: "/sign-in" } }), 303, ""],
      [new Response("<p>Closed", { status: 503, headers: { "content-type": "text/html" } }), 503, "<p>Closed"],
      [Response.json({ cached: true }), 200, '{"cached":true}'],
    ];
    for (const [deny, status, text] of responses) {
      const response = await send(
        appWith(() => ({ deny })),
        "/",
        posting("x"),
      );
      assert.deepEqual([response.status, await response.text()], [status, text]);
    }
  },
};
