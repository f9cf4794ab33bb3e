/** Mistakes in a route table that set-up rejects, and valid tables that look similar. */
import assert from "node:assert/strict";
import { z } from "zod";
import { group, type Handler, route, SetupError, setup, standardValidator } from "../../../src/http/index.ts";

const resolve = () => new Response();
const allow = () => ({ allow: true }) as const;
const get = (path: string) => route.get(path, { resolve });

/** The SetupError that `work` throws. */
function refusal(work: () => unknown): SetupError {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof SetupError && error instanceof Error, String(error));
    assert.equal(error.name, "SetupError");
    for (const name of error.routes) assert.ok(error.message.includes(name), `"${error.message}" names ${name}`);
    return error;
  }
  assert.fail("setup did not throw");
}

function assertRefused(code: string, routes: readonly string[], handlers: readonly Handler<{}>[]): void {
  const error = refusal(() => setup({ handlers }));
  assert.deepEqual([error.code, [...error.routes].sort()], [code, [...routes].sort()]);
}

export const cases: Record<string, () => void | Promise<void>> = {
  "validator_missing: a schema without a validator": () => {
    for (const request of [{ params: z.object({}) }, { query: z.object({}) }, { body: z.string() }]) {
      const error = refusal(() => setup([get("/ok"), route.post("/x", { request, resolve })]));
      assert.deepEqual([error.code, error.routes], ["validator_missing", ["POST /x"]]);
      assert.ok(error.message.startsWith("Validator is required when route defines request schemas"));
      setup({ validator: standardValidator, handlers: [route.post("/x", { request, resolve })] });
    }
    setup([route.post("/x", { request: {}, resolve })]);
  },

  "route_duplicate: the same method and pattern twice": () => {
    assertRefused("route_duplicate", ["GET /a/:x", "GET /a/:x"], [get("/a/:x"), get("/b"), get("/a/:x")]);
    assertRefused("route_duplicate", ["GET /a", "GET /a"], [get("/a"), route.on(["PUT", "GET"], "/a", { resolve })]);
    assertRefused("route_duplicate", ["GET /a(b)?", "GET /a(b)?"], [get("/a(b)?"), get("/a(b)?")]);
    assert.equal(
      refusal(() => setup([route.all("/a", { resolve }), route.all("/a", { resolve })])).code,
      "route_duplicate",
    );
    assertRefused("route_duplicate", ["GET /a", "GET /a"], [...group({ handlers: [get("/a")] }), get("/a")]);
  },

  "route_unreachable: an earlier route matches every path": () => {
    const pairs = [
      ["/a/:x", "/a/b"],
      ["/a/:x", "/a/:y"],
      ["/:x", "/:n<int>"],
      ["/:n<int>", "/:n<uint>"],
      ["/:n<int>", "/7"],
      ["/*", "/a"],
      ["/*", "/:x/b"],
      ["/a/*", "/a/:x"],
      ["/a/*", "/a/b/*"],
      ["/a/*", "/a/"],
      ["/:x/*", "/a/*"],
      ["/a/:x?", "/a"],
      ["/a/:x?", "/a/:y?"],
      ["/a/:x?", "/a/b"],
      ["/:a/:b", "/:a/c"],
    ] as const;
    for (const [first, second] of pairs)
      assertRefused("route_unreachable", [`GET ${first}`, `GET ${second}`], [get(first), get(second)]);
  },

  "route_unreachable: an earlier route matches every method and path": () => {
    const all = (path: string) => route.all(path, { resolve });
    const put = (path: string) => route.on(["POST", "PUT"], path, { resolve });
    const tables = [
      [all("/:x"), get("/a")],
      [all("/:x"), all("/a")],
      [put("/:x"), route.put("/a", { resolve })],
      [all("/:x"), put("/a")],
    ];
    for (const table of tables) {
      const { code, routes } = refusal(() => setup(table));
      assert.equal(code, "route_unreachable");
      assert.ok(routes.some((name) => name.endsWith(" /a")) && routes.some((name) => name.endsWith(" /:x")));
    }
  },

  "a valid table is accepted: the later route matches paths that the earlier one does not": () => {
    const tables = [
      ["/a/b", "/a/:x"],
      ["/:n<uint>", "/:n<int>", "/:id<uuid>", "/:x"],
      ["/:n<int>", "/:id<uuid>"],
      ["/:n<int>", "/07", "/a"],
      ["/:id<uuid>", "/:n<uint>"],
      ["/a", "/a/"],
      ["/a/:x", "/a"],
      ["/a/*", "/a"],
      ["/a/:x", "/a/*"],
      ["/a/:x", "/a/:x/b"],
      ["/a/:x?", "/a/:x/:y"],
      ["/a", "/a/:x?"],
      ["/a/:x", "/a/:x?"],
      ["/a/:x/c", "/a/b/:y"],
      ["/:x/b", "/a/:y", "/:x/:y"],
      ["/a/:x(\\d+)", "/a/:x", "/a/*"],
      ["/a/:x(\\d+)", "/a/:x(\\w+)"],
      ["/:a-:b", "/:a"],
      ["/a{/b}?", "/a/c"],
      ["/x/:n<int>", "/x/-0"],
      ["/a", "/b", "/:x", "/*"],
      ["/A", "/a"],
      ["/:x/", "/:x"],
      ["/a/:n<int>?", "/a/:x?"],
      ["/:x(\\d+)", "/a"],
    ];
    for (const table of tables) assert.doesNotThrow(() => setup(table.map(get)), table.join(" then "));
  },

  "a valid table is accepted: the routes have different methods": () => {
    setup([get("/a"), route.post("/a", { resolve }), route.all("/a", { resolve }), route.all("/*", { resolve })]);
    setup([get("/*"), route.post("/a", { resolve })]);
    setup([get("/*"), route.all("/a", { resolve })]);
    setup([get("/*"), route.on("PROPFIND", "/a", { resolve })]);
    setup([route.on(["GET", "PUT"], "/a", { resolve }), route.on(["POST", "PATCH"], "/a", { resolve })]);
  },

  "pattern_invalid: the path does not parse": () => {
    for (const path of [
      "/:",
      "/a(",
      "/{a",
      "/(?<n>a)",
      "/:x/:x",
      "/:x(\\d+)/:x(\\d+)",
      "/:n<int>/:n<uint>",
      "/a}",
      "/:x(",
      "/a/(*)",
    ]) {
      assertRefused("pattern_invalid", [`GET ${path}`], [get(path)]);
    }
    for (const path of ["a", "", "a/b", "http://localhost/a"])
      assertRefused("pattern_invalid", [`GET ${path}`], [get(path)]);
    for (const path of ["/:n<float>", "/:n<>"]) {
      assert.equal(refusal(() => setup([get(path)])).code, "pattern_invalid", path);
    }
  },

  "guard_invalid: a guard is not a function": () => {
    for (const wrong of [undefined, null, "requireAuth", {}, { allow: true }, Promise.resolve(), [allow]]) {
      assertRefused("guard_invalid", ["GET /a"], [route.get("/a", { guards: [wrong] as never, resolve })]);
      assertRefused("guard_invalid", ["GET /a"], group({ guards: [wrong] as never, handlers: [get("/a")] }));
    }
  },

  "guard_invalid: the guards are not a list": () => {
    for (const wrong of [null, allow, "requireAuth", {}, 1]) {
      assertRefused("guard_invalid", ["GET /a"], [route.get("/a", { guards: wrong as never, resolve })]);
      assertRefused("guard_invalid", ["GET /a"], group({ guards: wrong as never, handlers: [get("/a")] }));
      const inner = [route.get("/a", { guards: wrong as never, resolve })];
      assertRefused("guard_invalid", ["GET /a"], group({ guards: [allow], handlers: inner }));
    }
  },

  "guard_invalid: the message says which guard it is, what was found, and what to write": () => {
    const handlers = [route.get("/a", { guards: [allow, { deny: 1 }] as never, resolve })];
    const { message } = refusal(() => setup(group({ guards: [allow], handlers })));
    assert.equal(
      message,
      "Guard 3 of 3 is an object with the keys deny, not a function: GET /a. " +
        "Write a function that returns { allow: true } or { deny: Response }.",
    );
  },

  "schema_invalid: a schema that the validator does not accept": () => {
    for (const part of ["params", "query", "body"])
      for (const wrong of [{ url: "string" }, "string", null, [], () => true, { safeParse: () => {} }]) {
        const handlers = [get("/ok"), route.post("/x", { request: { [part]: wrong } as never, resolve })];
        const error = refusal(() => setup({ handlers, validator: standardValidator }));
        assert.deepEqual([error.code, error.routes], ["schema_invalid", ["POST /x"]]);
        assert.ok(error.message.startsWith(`The ${part} schema is `), error.message);
        setup({ handlers, validator: { validate: () => ({ ok: false, issues: [] }) } });
      }
  },

  "method_invalid: a method that is not in capitals, or none": () => {
    const on = (methods: unknown) => route.on(methods as string, "/a", { resolve });
    for (const [wrong, cure] of [
      ["get", 'The method is "get": get /a. Write it in capitals, as "GET" or ["GET", "PUT"].'],
      [["POST", "Put"], 'The method is ["POST","Put"]: POST /a, Put /a. Write it in capitals'],
      ["", 'The method is ""'],
      ["GET POST", 'The method is "GET POST": GET POST /a. Write it in capitals, as "GET" or ["GET", "PUT"].'],
      ["GET,POST", 'The method is "GET,POST"'],
      [[], "The method is []. Write it in capitals"],
      [undefined, "The method is undefined"],
      [1, "The method is 1"],
    ] as const) {
      const error = refusal(() => setup([on(wrong)]));
      assert.equal(error.code, "method_invalid", `${wrong}`);
      assert.ok(error.message.includes(cure), error.message);
    }
    for (const method of ["PROPFIND", "M-SEARCH", "*", ["GET", "PUT"]]) setup([on(method)]);
  },

  "resolve_missing: resolve is not a function": () => {
    for (const wrong of [undefined, null, "text", {}, new Response()]) {
      assertRefused("resolve_missing", ["GET /a"], [route.get("/a", { resolve: wrong as never })]);
    }
    const { message } = refusal(() => setup([route.get("/a", {} as never)]));
    assert.equal(message, "`resolve` is undefined, not a function: GET /a. Write a function that returns a Response.");
  },

  "option_invalid: an entry of handlers is not a route": () => {
    for (const wrong of [undefined, null, "GET /", 1, {}, resolve]) {
      for (const work of [
        () => setup([wrong as never]),
        () => setup([get("/a"), [[wrong]] as never]),
        () => setup(group({ handlers: [get("/a"), wrong as never] })),
        () => setup({ handlers: wrong as never }),
        () => setup(group({ handlers: wrong as never })),
      ])
        assert.equal(refusal(work).code, "option_invalid", String(wrong));
    }
  },

  "option_invalid: a hook is not a function": () => {
    for (const wrong of [null, "text", {}, [undefined], [resolve, 1]]) {
      const hooks = wrong as never;
      const tables = ["onRequest", "onResponse", "onError", "onSend", "notFound"].map((name) => () => {
        setup({ handlers: [get("/a")], [name]: hooks } as never);
      });
      const levels = ["onResponse", "onError"].flatMap((name) => [
        () => setup([route.get("/a", { resolve, [name]: hooks })]),
        () => setup(group({ handlers: [get("/a")], [name]: hooks } as never)),
      ]);
      for (const work of [...tables, ...levels]) assert.equal(refusal(work).code, "option_invalid");
    }
    const { message } = refusal(() => setup(group({ handlers: [get("/a")], onError: "text" as never })));
    assert.ok(message.startsWith("A hook of the group is a string, not a function: GET /a"), message);
  },

  "option_invalid: maxBodyBytes is not a number of bytes": () => {
    for (const wrong of [-1, Number.NaN, "1 MiB", {}]) {
      const maxBodyBytes = wrong as never;
      for (const work of [
        () => setup([route.post("/a", { maxBodyBytes, resolve })]),
        () => setup({ maxBodyBytes, handlers: [get("/a")] }),
      ])
        assert.equal(refusal(work).code, "option_invalid", String(wrong));
    }
    for (const maxBodyBytes of [0, 1, 1.5, Number.POSITIVE_INFINITY]) setup({ maxBodyBytes, handlers: [] });
  },

  "lists of handlers may nest to any depth": async () => {
    const nested = [get("/a"), [get("/b"), [get("/c"), [[get("/d")]], group({ handlers: [[[get("/e")]]] as never })]]];
    const app = setup({ handlers: nested as never });
    assert.deepEqual(
      app.handlers.map(({ path }) => path),
      ["/a", "/b", "/c", "/d", "/e"],
    );
    assert.equal((await app.fetch(new Request("http://localhost/e"))).status, 200);
  },

  "the error for a mistake in a nested group names the route": () => {
    const inner = group({ handlers: [route.post("/deep", { request: { body: z.string() }, resolve })] });
    assert.deepEqual(refusal(() => setup(group({ handlers: [inner] }))).routes, ["POST /deep"]);
  },
};
