/** What happens in the app is told to whoever listens. */
import { expect, test, vi } from "vitest";
import { createAccount, send, sendJson } from "../../harness.ts";
import { isActivity, listen } from "./listen.ts";

test("the live feed tells of real things: requests, what is done, and of nobody", { timeout: 40_000 }, async () => {
  const ada = await createAccount({ name: "Ada of the feed" });
  const listener = await listen();
  // An isolate that was told that nobody listens asks again after five seconds.
  await vi.waitFor(
    async () => {
      await sendJson("POST", "/api/things", { title: "A secret title" }, ada.headers);
      await listener.wait(isActivity, 1, 1_500);
    },
    { timeout: 20_000 },
  );
  await Promise.all(Array.from({ length: 400 }, () => send("/robots.txt")));
  const [busy] = await listener.wait(({ data }) => data?.metric === "requests" && data.value >= 100);
  expect(busy?.data.status).toBe("warning");
  expect(listener.heard.find(isActivity)?.data).toEqual({
    timestamp: expect.any(String),
    activity: "thing",
    count: expect.any(Number),
  });
  const told = JSON.stringify(listener.heard);
  for (const secret of [ada.user.id, ada.user.name, ada.user.email, "secret"]) expect(told).not.toContain(secret);
  await listener.leave();
});
