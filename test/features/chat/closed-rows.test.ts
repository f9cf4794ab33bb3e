/** The rows of closed sockets are removed even after a removal that never responded. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ClosedRows, REMOVAL_INTERVAL_MS } from "../../../src/features/chat/closed-rows.ts";
import { WRITE_DEADLINE_MS } from "../../../src/web/platform/transient.ts";
import { databaseWith } from "../../databases.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const connectionOf = (socketId: string) => ({
  room: "general",
  user: { id: "u", name: "Ada" },
  sessionId: "s",
  socketId,
});

test("a removal that never responds does not keep the next ones waiting for ever", async () => {
  const removed: unknown[][] = [];
  const statement = {
    bind: (...values: unknown[]) => {
      removed.push(values);
      return statement;
    },
    run: () => new Promise(() => {}),
  };
  const rows = new ClosedRows(() => databaseWith({ prepare: () => statement as unknown as D1PreparedStatement }));
  rows.remove(connectionOf("first"));
  await vi.advanceTimersByTimeAsync(REMOVAL_INTERVAL_MS);
  rows.remove(connectionOf("second"));
  await vi.advanceTimersByTimeAsync(WRITE_DEADLINE_MS + REMOVAL_INTERVAL_MS);
  expect(removed.map((values) => JSON.stringify(values))).toEqual([
    expect.stringContaining("first"),
    expect.stringContaining("second"),
  ]);
});
