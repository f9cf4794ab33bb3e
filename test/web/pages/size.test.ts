import { expect, test } from "vitest";
import { sizeOf } from "../../../src/web/pages/size.ts";

const SIZES: readonly (readonly [bytes: number, text: string])[] = [
  [0, "0 bytes"],
  [1, "1 byte"],
  [2, "2 bytes"],
  [1023, "1023 bytes"],
  [1024, "1 KiB"],
  [1536, "1.5 KiB"],
  [10_239, "10 KiB"],
  [25 * 1024 ** 2, "25 MiB"],
  [1024 ** 3, "1 GiB"],
  [5000 * 1024 ** 3, "5000 GiB"],
];
test.each(SIZES)("%i bytes are %s", (bytes, text) => {
  expect(sizeOf(bytes)).toBe(text);
});
