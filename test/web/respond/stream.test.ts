import { expect, test, vi } from "vitest";
import { stream } from "../../../src/web/respond/stream.ts";

/** Endless pieces, and what has become of their making. */
function endless(piece: string | Uint8Array = "x".repeat(1000)) {
  const seen = { made: 0, isClosed: false, isAborted: false };
  async function* pull(signal: AbortSignal) {
    signal.addEventListener("abort", () => {
      seen.isAborted = true;
    });
    try {
      for (;;) {
        seen.made++;
        yield piece;
      }
    } finally {
      seen.isClosed = true;
    }
  }
  return { seen, pull };
}

function readerOf(response: Response) {
  if (!response.body) throw new Error("There is no body");
  return response.body.getReader();
}

test("nothing is made before it is asked for", async () => {
  const { seen, pull } = endless();
  stream(pull);
  await scheduler.wait(20);
  expect(seen.made).toBe(0);
});

test("a reader that stops stops the making, and nothing is made ahead", async () => {
  const { seen, pull } = endless();
  const reader = readerOf(stream(pull));
  await reader.read();
  await reader.read();
  await scheduler.wait(20);
  expect(seen.made).toBe(2);
});

test("a client that leaves closes the generator and aborts its signal", async () => {
  const { seen, pull } = endless();
  const reader = readerOf(stream(pull));
  await reader.read();
  await reader.cancel();
  expect(seen).toEqual({ made: 1, isClosed: true, isAborted: true });
});

test("a generator that waits is told by the signal that the client has left", async () => {
  let isClosed = false;
  const response = stream(async function* (signal) {
    try {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      yield "never";
    } finally {
      isClosed = true;
    }
  });
  const reader = readerOf(response);
  const read = reader.read();
  await reader.cancel();
  expect(await read).toEqual({ done: true, value: undefined });
  expect(isClosed).toBe(true);
});

test("text and bytes arrive in order, under the headers that were given", async () => {
  const headers = { "Content-Type": "text/plain" };
  const response = stream(
    async function* () {
      yield "é ";
      yield new Uint8Array([0xc3, 0xa9]);
      yield " 茶";
    },
    { status: 201, headers },
  );
  expect([response.status, response.headers.get("Content-Type")]).toEqual([201, "text/plain"]);
  expect(await response.text()).toBe("é é 茶");
});

test("a generator that fails breaks the body off, and the failure is logged", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => {});
  const response = stream(async function* () {
    yield "half";
    throw new Error("The database is gone");
  });
  await expect(response.text()).rejects.toThrow();
  expect(log.mock.calls.join()).toContain("The database is gone");
  log.mockRestore();
});
