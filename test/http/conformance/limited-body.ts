/** Bodies without a schema: counted where the route has a limit, and otherwise left to the handler. */
import assert from "node:assert/strict";
import { BodyTooLargeError, route, setup } from "../../../src/http/index.ts";
import { chunksOf, endless, watched } from "./body-stream.ts";
import { type ErrorInfo, recorder } from "./probes.ts";
import { posting, read, send } from "./request.ts";

const FORM = { "content-type": "application/x-www-form-urlencoded" };

/** The ways of reading a body. Each gives the number of bytes or throws. */
const READERS: Record<string, (request: Request) => Promise<number>> = {
  text: async (request) => (await request.text()).length,
  json: async (request) => JSON.stringify(await request.json()).length,
  arrayBuffer: async (request) => (await request.arrayBuffer()).byteLength,
  blob: async (request) => (await request.blob()).size,
  formData: async (request) => [...(await request.formData()).keys()].join().length,
  clone: async (request) => (await request.clone().text()).length,
  reader: (request) => countWith(request.body?.getReader()),
  pipe: (request) => countWith(request.body?.pipeThrough(new TransformStream<Uint8Array, Uint8Array>()).getReader()),
};

async function countWith(reader: ReadableStreamDefaultReader<Uint8Array> | undefined): Promise<number> {
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (!part || part.done) return size;
    size += part.value.byteLength;
  }
}

/** Posts a body to a route with a limit. Returns the size that the reader saw, or the error. */
async function readLimited(
  maxBodyBytes: number,
  read: (request: Request) => Promise<number>,
  init: ReturnType<typeof posting>,
): Promise<unknown> {
  const log: ErrorInfo[] = [];
  let size: unknown;
  const app = setup({
    onError: recorder(log),
    handlers: [
      route.post("/", {
        maxBodyBytes,
        resolve: async (c) => {
          size = await read(c.request);
          return new Response();
        },
      }),
    ],
  });
  await send(app, "/", init);
  return log[0]?.error ?? size;
}

export const cases: Record<string, () => void | Promise<void>> = {
  "a body up to the limit is read, and one byte more rejects with BodyTooLargeError, whatever reads it": async () => {
    for (const [name, reader] of Object.entries(READERS)) {
      for (const size of [1, 3, 100]) {
        for (const claim of [undefined, "2", "100"]) {
          const headers = { ...(name === "formData" && FORM), ...(claim && { "content-length": claim }) };
          const body = (text: string) => posting(watched(chunksOf(text, size)).stream, headers);
          assert.equal(await readLimited(8, reader, body("12345678")), 8, name);
          const error = await readLimited(7, reader, body("12345678"));
          assert.ok(error instanceof BodyTooLargeError, `${name}: ${error}`);
          assert.deepEqual([error.name, error.maxBytes], ["BodyTooLargeError", 7]);
        }
      }
    }
  },

  "the source of a body that exceeds the limit is cancelled": async () => {
    for (const reader of [READERS.text, READERS.arrayBuffer, READERS.reader]) {
      const body = watched(endless(1000));
      assert.ok(reader && (await readLimited(5000, reader, posting(body.stream))) instanceof BodyTooLargeError);
      await new Promise((done) => setTimeout(done, 1));
      assert.ok(body.cancelled);
      assert.ok(body.pulls >= 6 && body.pulls <= 8, `${body.pulls} pulls`);
    }
  },

  "the source is cancelled when the reader cancels": async () => {
    const body = watched(endless(10));
    await readLimited(
      100,
      async (request) => ((await request.body?.cancel("enough")) ?? 0) as number,
      posting(body.stream),
    );
    assert.equal(body.cancelled, true);
  },

  "a limited body is not read unless the handler reads it": async () => {
    const body = watched(endless(10));
    assert.equal(await readLimited(1, async () => 0, posting(body.stream)), 0);
    assert.deepEqual([body.pulls, body.cancelled], [0, false]);
  },

  "guards, handler and hooks see the limited request, whose URL, method and headers are those of the original":
    async () => {
      const seen = new Set<Request>();
      const app = setup({
        onSend: ({ context }) => void seen.add(context.request),
        handlers: [
          route.put("/a", {
            maxBodyBytes: 3,
            guards: [
              (c) => {
                seen.add(c.request);
                return { allow: true };
              },
            ],
            onResponse: ({ context }) => void seen.add(context.request) as undefined,
            resolve: async ({ request }) => {
              seen.add(request);
              return new Response(
                [request.method, request.url, request.headers.get("x-a"), await request.text()].join(),
              );
            },
          }),
        ],
      });
      const request = new Request("http://localhost/a?b=c", { method: "PUT", body: "abc", headers: { "x-a": "1" } });
      assert.equal(await (await app.fetch(request)).text(), "PUT,http://localhost/a?b=c,1,abc");
      assert.deepEqual([seen.size, seen.has(request)], [1, false]);
    },

  "a request without a body, or of a route without a limit of its own, stays the original": async () => {
    let seen: Request | undefined;
    const resolve = (c: { request: Request }) => {
      seen = c.request;
      return new Response();
    };
    const app = setup({
      maxBodyBytes: 1,
      handlers: [route.get("/", { maxBodyBytes: 1, resolve }), route.post("/", { resolve })],
    });
    for (const init of [{}, { method: "POST", body: "long enough" }]) {
      const request = new Request("http://localhost/", init);
      await app.fetch(request);
      assert.equal(seen, request);
    }
    assert.equal(await read(app, "/", posting("x".repeat(1000))), "");
  },
};
