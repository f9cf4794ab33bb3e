import { expect, test } from "vitest";
import { createAccount } from "../../harness.ts";
import { enter, newRoom } from "../chat/chat.ts";
import { listen } from "../live/listen.ts";

test("the live feed counts the sockets of chat rooms, and tells nothing of their users", {
  timeout: 40_000,
}, async () => {
  const ada = await createAccount({ name: "Ada of the feed" });
  const listener = await listen();
  const socket = await enter(ada, newRoom());
  await listener.wait(({ data }) => data?.metric === "sockets" && data.value >= 1);
  const told = JSON.stringify(listener.heard);
  for (const secret of [ada.user.id, ada.user.name, ada.user.email]) expect(told).not.toContain(secret);
  const before = listener.heard.length;
  socket.socket.close(1000);
  await listener.wait((event) => {
    const isLater = listener.heard.indexOf(event) >= before;
    return isLater && event.data?.metric === "sockets" && event.data.value === 0;
  });
  await listener.leave();
});
