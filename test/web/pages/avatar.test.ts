import { expect, test } from "vitest";
import { avatarClass, initialsOf } from "../../../public/page/avatar.js";
import { avatar } from "../../../src/web/pages/ui/avatar.ts";

test.each([
  ["Ada Lovelace", "AL"],
  ["grace", "G"],
  ["Ada King Lovelace", "AL"],
  ["  “Åsa”  ", "Å"],
  ["😀 Bo 7", "B7"],
  ["李 小龙", "李小"],
  ["…", "?"],
  ["", "?"],
])("the initials of %j are %s, in the same colour each time", (name, initials) => {
  expect(initialsOf(name)).toBe(initials);
  expect(avatarClass(name)).toMatch(/^avatar hue-[0-5]$/);
  expect(String(avatar(name))).toBe(`<span class="${avatarClass(name)}" aria-hidden="true">${initials}</span>`);
});

test("different names have different colours", () => {
  expect(new Set(Array.from({ length: 50 }, (_, index) => avatarClass(`Name ${index}`))).size).toBe(6);
});
