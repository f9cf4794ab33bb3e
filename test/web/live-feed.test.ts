/** What happens in the app is told to whoever listens. */
import { expect, test, vi } from "vitest";
import { enter, newRoom } from "../features/chat/chat.ts";
import { isActivity, listen } from "../features/live/listen.ts";
import { createNote } from "../features/notes/notes.ts";
import { createAccount, send } from "../harness.ts";

test("the live feed tells of real things: requests, chat sockets, notes, and of nobody", {
  timeout: 40_000,
}, async () => {
  const ada = await createAccount({ name: "Ada of the feed" });
  const listener = await listen();
  const socket = await enter(ada, newRoom());
  await createNote(ada, "A secret title");
  const reaches = (metric: string, least: number) =>
    listener.wait(({ data }) => data?.metric === metric && data.value >= least);
  await reaches("sockets", 1);
  // An isolate that was told that nobody listens asks again after five seconds.
  await vi.waitFor(
    async () => {
      await createNote(ada, "A secret title");
      await listener.wait(isActivity, 1, 1_500);
    },
    { timeout: 20_000 },
  );
  await reaches("notes", 1);
  await Promise.all(Array.from({ length: 400 }, () => send("/health")));
  const [busy] = await reaches("requests", 100);
  expect(busy?.data.status).toBe("warning");
  expect(listener.heard.find(isActivity)?.data).toEqual({
    timestamp: expect.any(String),
    activity: "note",
    count: expect.any(Number),
  });
  const told = JSON.stringify(listener.heard);
  for (const secret of [ada.user.id, ada.user.name, ada.user.email, "secret"]) expect(told).not.toContain(secret);
  socket.socket.close(1000);
  await listener.wait(({ data }) => data?.metric === "sockets" && data.value === 0);
  await listener.leave();
});
