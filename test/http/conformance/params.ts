/** Path parameters: decoding and types. */
import assert from "node:assert/strict";
import { factsOf } from "./probes.ts";

async function paramsOf(pattern: string, path: string): Promise<Record<string, unknown> | undefined> {
  const facts = await factsOf(pattern, path);
  return facts && { ...facts.params };
}

export const cases: Record<string, () => void | Promise<void>> = {
  "a value is percent-decoded, including encoded slashes": async () => {
    assert.deepEqual(await paramsOf("/a/:x", "/a/b%20c%2Fd%C3%A9"), { x: "b c/dé" });
    assert.deepEqual(await paramsOf("/a/*", "/a/b%20c/d%2Fe"), { "*": "b c/d/e" });
    assert.deepEqual(await paramsOf("/a/:x(b.+)", "/a/b%20c"), { x: "b c" });
    assert.deepEqual(await paramsOf("/a/:x", "/a/b+c"), { x: "b+c" });
  },

  "a malformed percent-encoding stays as it came": async () => {
    for (const value of ["%", "%zz", "100%", "%E0%A4", "%20%", "%FF"]) {
      assert.deepEqual(await paramsOf("/a/:x", `/a/${value}`), { x: value });
      assert.deepEqual(await paramsOf("/a/*", `/a/${value}`), { "*": value });
    }
    assert.deepEqual(await paramsOf("/:a/:b", "/%zz/%20"), { a: "%zz", b: " " });
  },

  "__proto__ is a parameter like any other": async () => {
    const facts = await factsOf("/:__proto__/:constructor", "/x/y?__proto__=1&__proto__=2&toString=3");
    for (const values of [facts?.params ?? {}, facts?.raw ?? {}]) {
      assert.deepEqual(Object.entries(values).sort(), [
        ["__proto__", "x"],
        ["constructor", "y"],
      ]);
    }
    assert.deepEqual(Object.entries(facts?.query ?? {}), [
      ["__proto__", ["1", "2"]],
      ["toString", "3"],
    ]);
  },

  "<int> matches safe integers in canonical decimal form and gives numbers": async () => {
    const accepted = { "0": 0, "7": 7, "-1": -1, "9007199254740991": 2 ** 53 - 1, "-9007199254740991": 1 - 2 ** 53 };
    for (const [text, value] of Object.entries(accepted))
      assert.deepEqual(await paramsOf("/a/:n<int>", `/a/${text}`), { n: value });
    const refused = [
      "-0",
      "01",
      "+1",
      "-",
      "",
      "1.0",
      "1e3",
      "0x1",
      "9007199254740992",
      "-9007199254740992",
      "%31",
      "1%20",
      "--1",
      "٣",
    ];
    for (const text of refused) assert.equal(await paramsOf("/a/:n<int>", `/a/${text}`), undefined, text);
  },

  "<uint> matches like <int>, without negative numbers": async () => {
    for (const text of ["0", "10", "9007199254740991"])
      assert.deepEqual(await paramsOf("/:n<uint>", `/${text}`), { n: Number(text) });
    for (const text of ["-1", "-0", "00", "+1", "9007199254740992", "a"])
      assert.equal(await paramsOf("/:n<uint>", `/${text}`), undefined, text);
  },

  "<uuid> matches any UUID in either case and gives it in lower case": async () => {
    const id = "0190b4e0-7f3a-7cc0-8000-0123456789ab";
    assert.deepEqual(await paramsOf("/:id<uuid>", `/${id}`), { id });
    assert.deepEqual(await paramsOf("/:id<uuid>", `/${id.toUpperCase()}`), { id });
    const facts = await factsOf("/:a<uuid>/:b", `/${id.toUpperCase()}/B`);
    assert.deepEqual({ ...facts?.params }, { a: id, b: "B" });
    assert.deepEqual({ ...facts?.raw }, { a: id.toUpperCase(), b: "B" });
    const refused = [
      id.slice(1),
      `${id}0`,
      `{${id}}`,
      id.replaceAll("-", ""),
      id.replace("a", "g"),
      `%30${id.slice(1)}`,
    ];
    for (const text of refused) assert.equal(await paramsOf("/:id<uuid>", `/${text}`), undefined, text);
  },

  "raw params are strings even if the typed params are numbers": async () => {
    const facts = await factsOf("/:a<int>/:b<uint>/:c", "/-1/2/3");
    assert.deepEqual(
      [{ ...facts?.params }, { ...facts?.raw }],
      [
        { a: -1, b: 2, c: "3" },
        { a: "-1", b: "2", c: "3" },
      ],
    );
  },

  "a typed segment is also a number inside exotic syntax": async () => {
    assert.deepEqual(await paramsOf("/a/:n<int>{.json}?", "/a/7.json"), { n: 7 });
    assert.deepEqual(await paramsOf("/a{/:n<uint>}?/b", "/a/b"), {});
    assert.deepEqual(await paramsOf("/a{/:n<uint>}?/b", "/a/7/b"), { n: 7 });
    assert.deepEqual(await paramsOf("/:x(\\d+)/:n<int>/*", "/1/2/3"), { x: "1", n: 2, "*": "3" });
  },

  "a missing optional segment gives no key": async () => {
    assert.deepEqual(await paramsOf("/a/:x?", "/a"), {});
    assert.deepEqual(await paramsOf("/a/:x?", "/a/1"), { x: "1" });
    assert.equal(await paramsOf("/a/:x?", "/a/"), undefined);
    assert.deepEqual(await paramsOf("/a/:x/:n<int>?", "/a/1"), { x: "1" });
    assert.deepEqual(await paramsOf("/a/:x/:n<int>?", "/a/1/2"), { x: "1", n: 2 });
    assert.equal(await paramsOf("/a/:x/:n<int>?", "/a/1/b"), undefined);
    assert.deepEqual(await paramsOf("/:x?", "/"), undefined);
  },

  "a trailing /* captures the rest of the path, which may be empty": async () => {
    assert.deepEqual(await paramsOf("/a/*", "/a/b/c/"), { "*": "b/c/" });
    assert.deepEqual(await paramsOf("/a/*", "/a/"), { "*": "" });
    assert.equal(await paramsOf("/a/*", "/a"), undefined);
    assert.equal(await paramsOf("/a/*", "/ab"), undefined);
    assert.deepEqual(await paramsOf("/*", "/"), { "*": "" });
    assert.deepEqual(await paramsOf("/:x/*", "/a//b"), { x: "a", "*": "/b" });
    assert.deepEqual(await paramsOf("/:x(\\d+)/*", "/12/a/b"), { x: "12", "*": "a/b" });
    assert.deepEqual(await paramsOf("/*/x/*", "/a/b/x/c"), { "0": "a/b", "*": "c" });
  },
};
