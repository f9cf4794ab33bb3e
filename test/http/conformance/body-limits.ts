/** Body limits: they apply to the bytes that arrive, whatever the headers claim. */
import assert from "node:assert/strict";
import { byteStream, chunksOf, endless, watched } from "./body-stream.ts";
import { inputOf, readAs } from "./probes.ts";
import { posting } from "./request.ts";

const TEN = '"12345678"';
const MIB = 1024 * 1024;

export const cases: Record<string, () => void | Promise<void>> = {
  "a body of exactly the limit is read, and one byte more is too large": async () => {
    for (const size of [1, 3, 100]) {
      assert.equal(await readAs(posting(TEN), { route: 10 }), TEN);
      assert.equal(await readAs(posting(`${TEN} `), { route: 10 }), "too_large");
      assert.equal(await readAs(posting(watched(chunksOf(TEN, size)).stream), { route: 10 }), TEN);
      assert.equal(await readAs(posting(watched(chunksOf(`${TEN} `, size)).stream), { route: 10 }), "too_large");
      assert.equal(await readAs(posting(byteStream(chunksOf(TEN, size))), { route: 10 }), TEN);
      assert.equal(await readAs(posting(byteStream(chunksOf(`${TEN} `, size))), { route: 10 }), "too_large");
    }
  },

  "the limit counts bytes, not characters": async () => {
    assert.equal(await readAs(posting('"ééé"'), { route: 8 }), '"ééé"');
    assert.equal(await readAs(posting('"ééé"'), { route: 7 }), "too_large");
  },

  "Content-Length is not trusted, whether it is too small, too large, missing or malformed": async () => {
    for (const claim of [
      "0",
      "1",
      "9",
      "10",
      "11",
      "999999999999",
      "-5",
      "1.5",
      "1e2",
      "abc",
      "",
      "99999999999999999999",
    ]) {
      const headers = { "content-length": claim };
      for (const size of [1, 4, 64]) {
        for (const make of [
          (text: string) => watched(chunksOf(text, size)).stream,
          (text: string) => byteStream(chunksOf(text, size)),
        ]) {
          assert.equal(await readAs(posting(make(TEN), headers), { route: 10 }), TEN, `${claim} for 10 bytes`);
          assert.equal(
            await readAs(posting(make(`${TEN} `), headers), { route: 10 }),
            "too_large",
            `${claim} for 11 bytes`,
          );
        }
      }
      assert.equal(await readAs(posting(TEN, headers), { route: 10 }), TEN, `${claim} for a text of 10 bytes`);
      assert.equal(
        await readAs(posting(`${TEN} `, headers), { route: 10 }),
        "too_large",
        `${claim} for a text of 11 bytes`,
      );
    }
  },

  "an endless body is cancelled soon after the limit, unless it declares a short length": async () => {
    for (const headers of [{}, { "content-length": "5001" }, { "content-length": "999999999999" }]) {
      const body = watched(endless(1000));
      assert.equal(await readAs(posting(body.stream, headers), { route: 5000 }), "too_large");
      await new Promise((done) => setTimeout(done, 1));
      assert.ok(body.cancelled);
      assert.ok(body.pulls >= 6 && body.pulls <= 8, `${body.pulls} pulls`);
    }
  },

  "a body that declares more than 16 KiB is never read far beyond the limit": async () => {
    const chunks = Array.from({ length: 100 }, () => new Uint8Array(1000));
    for (const [claim, pulls] of [
      ["16384", 101],
      ["16385", 21],
    ] as const) {
      const body = watched(chunks);
      assert.equal(await readAs(posting(body.stream, { "content-length": claim }), { route: 20_000 }), "too_large");
      assert.ok(Math.abs(body.pulls - pulls) <= 2, `${claim}: ${body.pulls} pulls`);
    }
  },

  "a body whose cancellation fails or never ends is still too large": async () => {
    for (const cancel of [() => Promise.reject(new Error("stuck")), () => new Promise<void>(() => {})]) {
      const pull = (controller: ReadableStreamDefaultController) => controller.enqueue(new Uint8Array(10));
      assert.equal(await readAs(posting(new ReadableStream({ pull, cancel })), { route: 5 }), "too_large");
    }
  },

  "the limit of the route overrides that of the app, and the default is 1 MiB": async () => {
    const text = (size: number) => `"${"x".repeat(size - 2)}"`;
    assert.equal(await readAs(posting(TEN), { app: 9 }), "too_large");
    assert.equal(await readAs(posting(TEN), { app: 9, route: 10 }), TEN);
    assert.equal(await readAs(posting(TEN), { app: 10, route: 9 }), "too_large");
    assert.equal((await inputOf(posting(text(MIB)))).ok, true);
    assert.equal(await readAs(posting(text(MIB + 1))), "too_large");
    assert.equal((await inputOf(posting(text(MIB + 1)), { app: MIB + 1 })).ok, true);
    assert.equal(await readAs(posting("1"), { route: 0 }), "too_large");
  },
};
