/** The live feed with the client of the package ws. */
import { once } from "node:events";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WebSocket } from "ws";
import { newAddress } from "../../client.ts";
import { PROMPT_MS } from "../../closing.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

test.each<[name: string, args: [code?: number, reason?: string], expected: readonly number[]]>([
  ["close()", [], [1000, 1005]],
  ["close(1000)", [1000, "Bye"], [1000]],
  ["close(4000)", [4000, "Away"], [4000]],
])("the socket sends samples, and answers %s at once", async (_, args, expected) => {
  const { host } = await worker.url();
  const socket = new WebSocket(`ws://${host}/ws/data-stream`, { headers: newAddress() });
  const types = new Set<string>();
  socket.on("message", (data) => types.add(JSON.parse(data.toString()).type));
  await once(socket, "open");
  await vi.waitFor(() => expect([...types]).toEqual(["sample"]), { timeout: 10_000 });
  const startedAt = Date.now();
  socket.close(...args);
  const [code] = await once(socket, "close");
  expect(expected).toContain(code);
  expect(Date.now() - startedAt).toBeLessThan(PROMPT_MS);
});
