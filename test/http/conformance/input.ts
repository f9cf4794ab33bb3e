/** Validation: all three parts are validated into one state, and the request continues. */
import assert from "node:assert/strict";
import { z } from "zod";
import { type InputState, route, setup, standardValidator } from "../../../src/http/index.ts";
import { failed, validate } from "./probes.ts";
import { send } from "./request.ts";

const number = z.object({ n: z.coerce.number() });

export const cases: Record<string, () => void | Promise<void>> = {
  "all three parts are validated, and input holds the output of their schemas": async () => {
    const schemas = {
      params: z.object({ id: z.coerce.number() }),
      query: z.object({ page: z.coerce.number().default(1) }),
      body: number,
    };
    const { input, raw } = await validate(schemas, "/7", '{"n":"8"}');
    assert.deepEqual(input, { ok: true, params: { id: 7 }, query: { page: 1 }, body: { n: 8 } });
    assert.deepEqual(raw, { params: { id: "7" }, query: {}, body: { n: "8" } });
  },

  "every issue of every part is collected, in the order params, query, body": async () => {
    const pair = z.object({ a: z.string(), b: z.string() });
    const { status, input } = await validate(
      { body: pair, query: pair, params: z.object({ id: z.uuid() }) },
      "/7?a=1",
      '{"b":1}',
    );
    const { failed: parts, issues } = failed(input);
    assert.equal(status, 200);
    assert.deepEqual(parts, ["params", "query", "body"]);
    assert.deepEqual(
      issues.map(({ part, path }) => [part, ...path].join(".")),
      ["params.id", "query.b", "body.a", "body.b"],
    );
    for (const issue of issues) assert.ok(issue.message.length > 0 && typeof issue.code === "string");
  },

  "failed, received and errors contain only the invalid parts": async () => {
    const state = failed(
      (await validate({ query: z.object({ q: z.string() }), body: number }, "/7?x=1", '{"n":1}')).input,
    );
    assert.deepEqual(
      [state.failed, Object.keys(state.received), Object.keys(state.errors ?? {})],
      [["query"], ["query"], ["query"]],
    );
    assert.deepEqual({ ...(state.received.query as object) }, { x: "1" });
  },

  "params and query are validated even if the body cannot be parsed": async () => {
    const { input, raw } = await validate(
      { params: z.object({ id: z.uuid() }), query: z.object({}), body: number },
      "/7",
      "{",
    );
    const { failed: parts, issues, received } = failed(input);
    assert.deepEqual(parts, ["params", "body"]);
    assert.deepEqual(issues.at(-1), { part: "body", path: [], message: "Invalid JSON", code: "invalid_json" });
    assert.deepEqual([{ ...(received.params as object) }, received.body], [{ id: "7" }, undefined]);
    assert.deepEqual(raw, { params: { id: "7" }, query: {}, body: undefined });
  },

  "raw keeps the original values, even if they are invalid": async () => {
    const { input, raw } = await validate({ body: number }, "/a%20b?q=1&q=2", '{"n":"x"}');
    assert.deepEqual(raw, { params: { id: "a b" }, query: { q: ["1", "2"] }, body: { n: "x" } });
    assert.deepEqual(failed(input).received.body, { n: "x" });
  },

  "a part without a schema holds its raw value": async () => {
    const { input } = await validate({ body: z.unknown() }, "/7?q=1", "1");
    assert.ok(input?.ok);
    assert.deepEqual(
      [{ ...(input.params as object) }, { ...(input.query as object) }, input.body],
      [{ id: "7" }, { q: "1" }, 1],
    );
  },

  "params and query reach the schema as strings, including typed segments": async () => {
    const resolve = (c: { input: unknown; params: unknown }) => Response.json([c.input, c.params]);
    const handlers = [route.get("/:id<int>", { request: { params: z.object({ id: z.string() }) }, resolve })];
    const response = await send(setup({ validator: standardValidator, handlers }), "/7");
    const [input, params] = (await response.json()) as [InputState, unknown];
    assert.deepEqual([input.ok && input.params, params], [{ id: "7" }, { id: 7 }]);
  },

  "a __proto__ key in a body stays an own key of the body": async () => {
    const { raw } = await validate({ body: z.unknown() }, "/1", '{"__proto__":{"admin":true}}');
    assert.equal(({} as Record<string, unknown>).admin, undefined);
    assert.equal(Object.hasOwn((raw as { body: object }).body, "__proto__"), true);
  },
};
