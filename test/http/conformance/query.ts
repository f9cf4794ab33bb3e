/** The query and the fragment of a URL. */
import assert from "node:assert/strict";
import { route, setup } from "../../../src/http/index.ts";
import { factsOf } from "./probes.ts";
import { rawRequest, send } from "./request.ts";

async function queryOf(query: string): Promise<Record<string, unknown>> {
  return { ...(await factsOf("/", `/${query}`))?.query };
}

export const cases: Record<string, () => void | Promise<void>> = {
  "params and query have no prototype, even if they are empty or no route matched": async () => {
    for (const url of ["/", "/a/1?q=1", "/b/1?q=%20", "/c/1", "/none?q=1"]) {
      const objects: object[] = [];
      const keep = (c: { params: object; raw: { params: object; query: object } }) => {
        objects.push(c.params, c.raw.params, c.raw.query);
        return new Response();
      };
      const patterns = ["/", "/a/:x", "/b/:x<int>", "/c/:x(\\d)"];
      const app = setup({ handlers: patterns.map((pattern) => route.get(pattern, { resolve: keep })), notFound: keep });
      await send(app, url);
      assert.deepEqual(objects.map(Object.getPrototypeOf), [null, null, null], url);
      assert.equal("toString" in (objects[0] ?? {}), false);
    }
  },

  "a query value is a string, or a list if its name is repeated": async () => {
    assert.deepEqual(await queryOf("?a=1&b=2&a=3&a="), { a: ["1", "3", ""], b: "2" });
    assert.deepEqual(await queryOf(""), {});
    assert.deepEqual(await queryOf("?"), {});
    assert.deepEqual(await queryOf("?a&b=&=c&&a=b=c"), { a: ["", "b=c"], b: "", "": "c" });
    assert.deepEqual(await queryOf("?a?b=c/d"), { "a?b": "c/d" });
  },

  "a query is decoded as URLSearchParams decodes it": async () => {
    for (const query of [
      "?a=b+c&d%20e=%C3%A9",
      "?a=%&b=%zz&c=%FF",
      "??a=1&?b=2",
      "??a=%31",
      "?a+b=1+2&a+b=+",
      "?a=1&&=&b&=c&a==d=",
      "?-._~!$'()*,;:@/?=[]|^`{}\\\"<>",
      "?é=ü",
      "?a=%00",
      "?%5B%5D=1&[]=2",
      "?a=1;b=2",
      "?a[b]=c",
    ]) {
      const { searchParams } = new URL(`http://localhost/${query}`);
      const expected = [...new Set(searchParams.keys())].map((name) => {
        const all = searchParams.getAll(name);
        return [name, all.length > 1 ? all : all[0]];
      });
      assert.deepEqual(await queryOf(query), Object.fromEntries(expected), query);
    }
  },

  "a fragment belongs to neither the path nor the query": async () => {
    const facts = await factsOf("/a/:x", new Request("http://localhost/a/b?q=1#f?g=2"));
    assert.deepEqual([{ ...facts?.params }, { ...facts?.query }], [{ x: "b" }, { q: "1" }]);
    assert.deepEqual({ ...(await factsOf("/a/:x", rawRequest("http://localhost/a/b#f?g=2")))?.params }, { x: "b" });
    assert.deepEqual({ ...(await factsOf("/a/:x", rawRequest("http://localhost/a/b?q=1#f")))?.query }, { q: "1" });
  },
};
