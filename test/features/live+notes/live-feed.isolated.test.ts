import { expect, test } from "vitest";
import { createAccount } from "../../harness.ts";
import { isActivity, listen } from "../live/listen.ts";
import { createNote } from "../notes/notes.ts";

test("the live feed tells of new notes and counts them, and nothing of what they say", {
  timeout: 40_000,
}, async () => {
  const ada = await createAccount({ name: "Ada of the feed" });
  const listener = await listen();
  await createNote(ada, "A secret title");
  await listener.wait(isActivity);
  await listener.wait(({ data }) => data?.metric === "notes" && data.value >= 1);
  expect(listener.heard.find(isActivity)?.data).toMatchObject({ activity: "note" });
  const told = JSON.stringify(listener.heard);
  for (const secret of [ada.user.id, ada.user.name, ada.user.email, "secret"]) expect(told).not.toContain(secret);
  await listener.leave();
});
