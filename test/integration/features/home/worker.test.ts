/** The front page, on the built Worker. */
import { expect, test } from "vitest";
import { signUp } from "../../client.ts";
import { LIMITS, lineOf, readLog } from "../../log.ts";
import { expectHeadAsGet } from "../../socket.ts";
import { startWorker } from "../../worker.ts";

test("HEAD / has the status and headers of GET, and no body", async () => {
  const worker = await startWorker();
  const { headers } = await signUp(worker);
  await expectHeadAsGet(await worker.url(), "/", [`Authorization: ${headers.Authorization}`]);
  expect((await worker.fetch("/")).status).toBe(200);
  await worker.stop();
});

test("a request for it is one line", async () => {
  const worker = await startWorker({ environment: "development" });
  const lines = await readLog(worker, [{ path: "/" }], { Cookie: "__Host-session=cookie-secret" }, ["cookie-secret"]);
  expect(lines).toEqual([lineOf("GET", "/", 200, { passed: [...LIMITS, "loadSession"] })]);
  await worker.stop();
});
