import { expect, test } from "vitest";
import { pagesFor } from "../../../src/web/pages/navigation.ts";

const navigation = [
  { label: "Open", path: "/open", for: "anyone" },
  { label: "Secret", path: "/secret", for: "admin" },
  { label: "Early", path: "/early", for: "user" },
] as const;

test.each([
  [undefined, ["Open"]],
  ["user", ["Open", "Early"]],
  ["admin", ["Open", "Secret", "Early"]],
] as const)("the navigation for role %s, in the order of the features", (role, labels) => {
  expect(pagesFor({ navigation }, role).map(({ label }) => label)).toEqual(labels);
});
