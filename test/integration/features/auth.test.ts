/** Signing in, on the built Worker. */
import { expect, test } from "vitest";
import { newAddress } from "../client.ts";
import { LIMITS, lineOf, readLog } from "../log.ts";
import { startWorker } from "../worker.ts";

test("registering and signing in are one line each, with nothing of the address, the name or the password", async () => {
  // Production without a binding for mail logs, too, that it could not send any.
  const worker = await startWorker({ environment: "development" });
  const account = { email: "somebody-new@example.com", password: "a password for tests" };
  const post = (path: string, body: object) => ({ method: "POST", path, body: JSON.stringify(body) });
  const lines = await readLog(
    worker,
    [post("/api/auth/register", { ...account, name: "Somebody" }), post("/api/auth/login", account)],
    { "Content-Type": "application/json", ...newAddress() },
    ["a password for tests", "@example.com", "Somebody"],
  );
  const passedBefore = [...LIMITS, "requireContentType(application/json)", "rateLimit(sign-in)"];
  expect(lines).toEqual([
    lineOf("POST", "/api/auth/register", 201, {
      passed: [...passedBefore, "rateLimit(mail-sender)", "requireHashingCapacity"],
    }),
    lineOf("POST", "/api/auth/login", 200, {
      passed: [...passedBefore, "rateLimit(account)", "requireHashingCapacity"],
    }),
  ]);
  await worker.stop();
});
