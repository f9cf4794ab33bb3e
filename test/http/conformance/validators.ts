/** Validators: custom adapters, and `standardValidator`. */
import assert from "node:assert/strict";
import { z } from "zod";
import { standardValidator, type Validator } from "../../../src/http/index.ts";
import { failed, validate } from "./probes.ts";
import { silenced } from "./request.ts";

/** A handwritten schema with only `safeParse`: the named fields of an object must be strings. */
function texts(...names: string[]) {
  return {
    safeParse(input: unknown) {
      const values = (input ?? {}) as Record<string, unknown>;
      const error = names.filter((name) => typeof values[name] !== "string");
      return error.length > 0 ? ({ success: false, error } as const) : ({ success: true, data: values } as const);
    },
  };
}

const textsValidator: Validator<ReturnType<typeof texts>> = {
  validate(schema, input, part) {
    const result = schema.safeParse(input);
    if (result.success) return { ok: true, value: result.data as never };
    const issues = result.error.map((name) => ({ part, path: [name], message: `${name} is not a string` }));
    return { ok: false, issues, error: result.error as never };
  },
};

/** A handwritten Standard Schema. */
function standard(validate: (value: unknown) => unknown) {
  return { "~standard": { version: 1, vendor: "test", validate } };
}

export const cases: Record<string, () => void | Promise<void>> = {
  "schemas may be asynchronous": async () => {
    const taken = z.object({ name: z.string().refine(async (name) => name !== "ada", "taken") });
    const { issues } = failed((await validate({ body: taken }, "/1", '{"name":"ada"}')).input);
    assert.deepEqual(
      issues.map(({ path, message }) => [path, message]),
      [[["name"], "taken"]],
    );
    assert.ok((await validate({ body: taken }, "/1", '{"name":"bob"}')).input?.ok);
  },

  "a Validator adapts any library with safeParse: its issues, its error and its values": async () => {
    const request = { params: texts("id"), query: texts("q", "r"), body: texts("t") };
    const state = failed((await validate(request, "/1", '{"t":"x"}', textsValidator)).input);
    assert.deepEqual(state.issues, [
      { part: "query", path: ["q"], message: "q is not a string" },
      { part: "query", path: ["r"], message: "r is not a string" },
    ]);
    assert.deepEqual(state.errors, { query: ["q", "r"] });
    assert.ok((await validate(request, "/1?q=a&r=b", '{"t":"x"}', textsValidator)).input?.ok);
  },

  "a validator may be asynchronous and may omit the error of its library": async () => {
    const validator: Validator = {
      validate: async (_s, _i, part) => ({ ok: false, issues: [{ part, path: ["x"], message: "no" }] }),
    };
    const state = failed((await validate({ query: {}, body: {} }, "/1", "1", validator)).input);
    assert.deepEqual(
      state.issues.map(({ part }) => part),
      ["query", "body"],
    );
    assert.deepEqual({ ...state.errors }, {});
  },

  "a validator receives the schema, the raw value and the part": async () => {
    const seen: unknown[] = [];
    const validator: Validator = {
      validate(schema, value, part) {
        seen.push([schema, part === "body" ? value : { ...(value as object) }, part]);
        return { ok: true, value: value as never };
      },
    };
    await validate({ params: "P", query: "Q", body: "B" }, "/1?q=2", "3", validator);
    assert.deepEqual(seen, [
      ["P", { id: "1" }, "params"],
      ["Q", { q: "2" }, "query"],
      ["B", 3, "body"],
    ]);
  },

  "an error thrown by a validator goes to onError and is not invalid input": async () => {
    const validator: Validator = {
      validate() {
        throw new Error("broken");
      },
    };
    const logged = await silenced(async () =>
      assert.equal((await validate({ query: {} }, "/1", "", validator)).status, 500),
    );
    assert.equal(logged.length > 0, true);
  },

  "standardValidator accepts any Standard Schema, and its paths may hold objects, numbers and symbols": async () => {
    const key = Symbol("key");
    const issues = [
      { message: "a", path: [{ key: "list" }, 0, { key: "name" }] },
      { message: "b", path: [key, { key: 1 }] },
      { message: "c" },
    ];
    const state = failed((await validate({ body: standard(() => ({ issues })) }, "/1")).input);
    assert.deepEqual(state.issues, [
      { part: "body", path: ["list", "0", "name"], message: "a" },
      { part: "body", path: ["Symbol(key)", "1"], message: "b" },
      { part: "body", path: [], message: "c" },
    ]);
    const later = standard(async (value) => ({ value: [value] }));
    const { input } = await validate({ body: later }, "/1", "1");
    assert.ok(input?.ok);
    assert.deepEqual(input.body, [1]);
  },

  "standardValidator accepts Standard Schemas, which may be functions, and nothing else": () => {
    const callable = Object.assign(
      () => {},
      standard((value) => ({ value })),
    );
    for (const schema of [z.string(), standard((value) => ({ value })), callable])
      assert.equal(standardValidator.accepts?.(schema), true);
    for (const other of [undefined, null, "string", 1, {}, { url: "string" }, { "~standard": 1 }, () => {}, []])
      assert.equal(standardValidator.accepts?.(other), false);
  },
};
