import { beforeEach, describe, expect, test } from "vitest";
import { createAccount } from "../../harness.ts";
import { endFirst, idsOf, MAX, MINUTE_MS, passTime, start, startTimes, useSessionTimes } from "./session-times.ts";

useSessionTimes();

describe.each(["cookie", "token"] as const)("of sessions with a %s a user has 50 at most", (kind) => {
  const other = kind === "cookie" ? "token" : "cookie";
  beforeEach(endFirst);

  test("the 51st ends the least recently used one, and no other", async () => {
    const sessions = await startTimes(MAX, kind);
    expect(await idsOf(kind)).toHaveLength(MAX);
    const [oldest, second] = sessions;
    passTime(MINUTE_MS + 1);
    expect(await oldest?.use()).toBe(200);
    const newest = await start(kind);
    const left = await idsOf(kind);
    expect(left).toHaveLength(MAX);
    expect(left).toEqual(expect.arrayContaining([oldest?.id, newest.id]));
    expect(left).not.toContain(second?.id);
    expect([await second?.use(), await oldest?.use(), await newest.use()]).toEqual([401, 200, 200]);
  });

  test("those of the other kind and of other users neither count nor end", async () => {
    const stranger = await createAccount();
    const [before, theirs] = [await start(other), await start(kind, stranger)];
    await startTimes(MAX + 2, kind);
    expect((await idsOf(kind)).length).toBe(MAX);
    expect(await idsOf(other)).toEqual([before.id]);
    expect(await idsOf(kind, stranger)).toContain(theirs.id);
  });

  test("ten that start at once leave 50", async () => {
    await startTimes(MAX - 2, kind);
    await Promise.all(Array.from({ length: 10 }, () => start(kind)));
    expect(await idsOf(kind)).toHaveLength(MAX);
  });
});
