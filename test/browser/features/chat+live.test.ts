/** What the live feed shows of chat. */
import { expectShown, expectSoon, test } from "../fixture.ts";

test("the sockets of chat rooms are counted", async ({ open }) => {
  const live = await open();
  await live.goto("/live");
  await expectShown(live, "Connected");
  const grace = await open({ as: "user" });
  await grace.goto("/chat/live-test");
  await expectSoon(live, `Number(document.querySelector('[data-metric="sockets"] .value').textContent) >= 1`);
});
