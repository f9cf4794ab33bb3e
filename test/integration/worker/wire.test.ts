/** What goes over the wire where there is no route. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { signUp } from "../client.ts";
import { exchange, expectHeadAsGet, request } from "../socket.ts";
import { type RunningWorker, startWorker } from "../worker.ts";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

test("HEAD /nowhere has the status and headers of GET, and no body", async () => {
  const { headers } = await signUp(worker);
  await expectHeadAsGet(await worker.url(), "/nowhere", [`Authorization: ${headers.Authorization}`]);
});

test.each(["/nowhere", "/api/nowhere"])("PROPFIND %s is 404: it has no methods", async (path) => {
  expect(await exchange(await worker.url(), [request(`PROPFIND ${path}`)])).toMatchObject({ status: 404 });
});
