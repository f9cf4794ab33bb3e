/** Mistakes in a route table that set-up rejects, and valid tables that look similar. */
import assert from "node:assert/strict";
import { z } from "zod";
import { group, type Handler, route, SetupError, setup, standardValidator } from "../../../src/http/index.ts";

const resolve = () => new Response();
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
    for (const wrong of [undefined, null, "requireAuth", {}, { allow: true }, Promise.resolve()]) {
      assertRefused("guard_invalid", ["GET /a"], [route.get("/a", { guards: [wrong] as never, resolve })]);
      assertRefused("guard_invalid", ["GET /a"], group({ guards: [wrong] as never, handlers: [get("/a")] }));
    }
  },

  "the error for a mistake in a nested group names the route": () => {
    const inner = group({ handlers: [route.post("/deep", { request: { body: z.string() }, resolve })] });
    assert.deepEqual(refusal(() => setup(group({ handlers: [inner] }))).routes, ["POST /deep"]);
  },
};
