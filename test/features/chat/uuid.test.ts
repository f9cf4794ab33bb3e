/** The ids of the chat's script, without `crypto.randomUUID`. */
import { afterEach, expect, test, vi } from "vitest";
import { randomUuid } from "../../../public/chat/chat-client.js";

afterEach(() => void vi.restoreAllMocks());

test.each([0x00, 0xff, 0x5a])("random bytes that are all %i make a UUID of version 4", (byte) => {
  vi.spyOn(crypto, "getRandomValues").mockImplementation((array) => {
    (array as Uint8Array).fill(byte);
    return array;
  });
  expect(randomUuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("no two UUIDs are the same", () => {
  expect(new Set(Array.from({ length: 1_000 }, randomUuid)).size).toBe(1_000);
});
