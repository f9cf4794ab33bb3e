/** What happens in the app is told to whoever listens. */
import { expect, test } from "vitest";
import { createAccount, send, sendJson } from "../../harness.ts";
import { isActivity, listen } from "./listen.ts";

test("the live feed reports real requests and activities, and names no user", { timeout: 40_000 }, async () => {
  const ada = await createAccount({ name: "Ada of the feed" });
  const listener = await listen();
  await Promise.all(Array.from({ length: 400 }, () => send("/robots.txt")));
  await sendJson("POST", "/api/things", { title: "A secret title" }, ada.headers);
  // This isolate has opened the stream, so it knows that somebody listens.
  await listener.wait(isActivity, 1, 1_000);
  const [busy] = await listener.wait(({ data }) => data?.metric === "requests" && data.value >= 400 / 60);
  expect(busy?.data.status).toBe("normal");
  await listener.wait(({ data }) => data?.metric === "things" && data.value === 1);
  expect(listener.heard.find(isActivity)?.data).toEqual({
    timestamp: expect.any(String),
    activity: "thing",
    count: 1,
  });
  const told = JSON.stringify(listener.heard);
  for (const secret of [ada.user.id, ada.user.name, ada.user.email, "secret"]) expect(told).not.toContain(secret);
  await listener.leave();
});
