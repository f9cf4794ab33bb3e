/** Bodies: read once, as JSON, and only if the route has a body schema. */
import assert from "node:assert/strict";
import { z } from "zod";
import { headGuard, route, setup, standardValidator } from "../../../src/http/index.ts";
import { byteStream, chunksOf, endless, watched } from "./body-stream.ts";
import { inputOf, readAs } from "./probes.ts";
import { posting, read } from "./request.ts";

const BOM = "\uFEFF";
const bytes = (...values: number[]) => new Uint8Array(values);
const quoted = (...values: number[]) => bytes(0x22, ...values, 0x22);

export const cases: Record<string, () => void | Promise<void>> = {
  "a body that is not valid UTF-8 has the issue invalid_utf8": async () => {
    const wrong = [
      quoted(0xff),
      quoted(0xc0, 0xaf),
      quoted(0xed, 0xa0, 0x80),
      quoted(0xf4, 0x90, 0x80, 0x80),
      quoted(0x80),
    ];
    for (const body of [...wrong, bytes(0x22, 0xe2, 0x82)]) assert.equal(await readAs(posting(body)), "invalid_utf8");
    assert.equal(await readAs(posting(watched([bytes(0x22, 0xe2, 0x82), bytes(0x22)]).stream)), "invalid_utf8");
  },

  "a body that is not valid JSON has the issue invalid_json with the message Invalid JSON": async () => {
    for (const text of ["{", "{'a':1}", "nope", " ", "1 2", "undefined", "NaN", '{"a":1,}']) {
      const input = await inputOf(posting(text));
      assert.ok(!input.ok);
      assert.deepEqual(input.issues, [{ part: "body", path: [], message: "Invalid JSON", code: "invalid_json" }]);
      assert.deepEqual([input.failed, input.received.body], [["body"], undefined]);
    }
  },

  "an empty body is undefined and is validated by the schema": async () => {
    for (const body of ["", watched([]).stream, byteStream([])]) assert.equal(await readAs(posting(body)), undefined);
    assert.equal(await readAs(posting("", { "content-length": "5" })), undefined);
    const schema = z.object({ a: z.string() }).default({ a: "default" });
    const app = setup({
      validator: standardValidator,
      handlers: [route.post("/", { request: { body: schema }, resolve: (c) => Response.json(c.input) })],
    });
    assert.deepEqual(JSON.parse(await read(app, "/", { method: "POST" })).body, { a: "default" });
  },

  "every kind of JSON value is read, whatever Content-Type says": async () => {
    for (const text of ["null", "0", "false", '""', "[]", '{"a":[1,{"b":null}]}', '{"__proto__":1}']) {
      assert.equal(await readAs(posting(text, { "content-type": "text/plain" })), text);
    }
  },

  "characters split across chunks are decoded correctly": async () => {
    const text = '"aé€😀"';
    for (const size of [1, 2, 3, 5]) {
      assert.equal(await readAs(posting(watched(chunksOf(text, size)).stream)), text);
      assert.equal(await readAs(posting(byteStream(chunksOf(text, size)), { "content-length": "3" })), text);
    }
  },

  "a leading byte order mark is ignored, and one inside a string is kept": async () => {
    assert.equal(await readAs(posting(`${BOM}{"a":1}`)), '{"a":1}');
    assert.equal(await readAs(posting(`"${BOM}"`)), `"${BOM}"`);
  },

  "a body is read after a head guard that waits, whether or not its length is declared": async () => {
    const waits = headGuard(async () => {
      await new Promise((done) => setTimeout(done, 1));
      return { allow: true };
    });
    const app = setup({
      validator: standardValidator,
      handlers: [
        route.post("/", {
          guards: [waits],
          request: { body: z.unknown() },
          resolve: (c) => Response.json(c.input.ok && c.input.body),
        }),
      ],
    });
    for (const headers of [{}, { "content-length": "5" }])
      assert.equal(await read(app, "/", posting("[1,2]", headers)), "[1,2]");
  },

  "without a body schema the body is left unread for the handler": async () => {
    const app = setup({
      validator: standardValidator,
      handlers: [
        route.post("/", {
          request: { query: z.object({}) },
          guards: [
            (c) => (c.request.bodyUsed || c.raw.body !== undefined ? { deny: new Response("used") } : { allow: true }),
          ],
          resolve: async (c) => new Response(await c.request.text()),
        }),
        route.post("/unread", { resolve: () => new Response("unread") }),
      ],
    });
    assert.equal(await read(app, "/", posting("as it came {")), "as it came {");
    const body = watched(endless(10));
    assert.equal(await read(app, "/unread", posting(body.stream)), "unread");
    assert.deepEqual([body.pulls, body.cancelled], [0, false]);
  },

  "a body that fails while being read, or was read before, goes to onError in phase input": async () => {
    const phases: string[] = [];
    const app = setup({
      validator: standardValidator,
      onError: ({ phase }) => {
        phases.push(phase);
        return new Response("error", { status: 500 });
      },
      handlers: [route.post("/", { request: { body: z.unknown() }, resolve: () => new Response("ok") })],
    });
    const pull = (controller: ReadableStreamDefaultController) => controller.error(new Error("gone"));
    assert.equal(await read(app, "/", posting(new ReadableStream({ pull }, { highWaterMark: 0 }))), "error");
    const request = new Request("http://localhost/", posting("1"));
    await request.text();
    assert.equal(await (await app.fetch(request)).text(), "error");
    assert.deepEqual(phases, ["input", "input"]);
  },
};
