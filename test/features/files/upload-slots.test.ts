/** The slots of an isolate are limited, and never lost. */
import { describe, expect, test } from "vitest";
import {
  MAX_UPLOADS,
  MAX_UPLOADS_PER_USER,
  SLOT_EXPIRY_MS,
  type UploadSlot,
  UploadSlots,
} from "../../../src/features/files/upload-slots.ts";

function createSlots() {
  let now = 1_000_000;
  const slots = new UploadSlots(() => now);
  const take = (user: string): UploadSlot => {
    const slot = slots.take(user);
    if (typeof slot === "string") throw new Error(`There is no slot: ${slot}`);
    return slot;
  };
  const wait = (ms: number) => {
    now += ms;
  };
  return { slots, take, wait };
}

test("a user can have 2 uploads at a time", () => {
  const { slots, take } = createSlots();
  const [first] = [take("a"), take("a")];
  expect([MAX_UPLOADS_PER_USER, slots.take("a"), typeof slots.take("b")]).toEqual([2, "user", "object"]);
  first.release();
  expect(typeof slots.take("a")).toBe("object");
});

test("an isolate can have 8 uploads at a time", () => {
  const { slots, take } = createSlots();
  const taken = Array.from({ length: 8 }, (_, n) => take(`user ${n}`));
  expect([MAX_UPLOADS, slots.take("another")]).toEqual([8, "isolate"]);
  taken[3]?.release();
  expect([typeof slots.take("another"), slots.take("one more")]).toEqual(["object", "isolate"]);
});

test("a slot that is released twice frees one place", async () => {
  const { slots, take } = createSlots();
  const [first, second] = [take("a"), take("a")];
  first.release();
  first.release();
  await first.ended;
  take("a");
  expect(slots.take("a")).toBe("user");
  second.release();
  expect(typeof slots.take("a")).toBe("object");
});

describe("a slot that is not released", () => {
  test("expires after 120 s without progress", () => {
    const { slots, take, wait } = createSlots();
    take("a");
    take("a");
    wait(SLOT_EXPIRY_MS);
    expect(slots.take("a")).toBe("user");
    wait(1);
    expect(typeof slots.take("a")).toBe("object");
  });

  test("is kept while its upload makes progress, and expires after that", () => {
    const { slots, take, wait } = createSlots();
    const [moving, stopped] = [take("a"), take("a")];
    for (let n = 0; n < 10; n++) {
      wait(SLOT_EXPIRY_MS / 2);
      moving.touch();
    }
    take("a");
    expect(slots.take("a")).toBe("user");
    stopped.touch();
    stopped.release();
    expect(slots.take("a")).toBe("user");
  });

  test("expires even if the clock was set back", () => {
    const { slots, take, wait } = createSlots();
    take("a");
    take("a");
    wait(-1_000_000);
    expect(slots.take("a")).toBe("user");
    wait(SLOT_EXPIRY_MS + 1);
    expect(typeof slots.take("a")).toBe("object");
  });
});
