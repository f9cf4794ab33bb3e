/** The guards that the routes of this feature need for what they do. */
import { expect, test } from "vitest";
import { guardsOf } from "../../policy/guards-of.ts";

const SENSITIVE: Readonly<Record<string, readonly string[]>> = {
  "PATCH /api/admin/users/:id": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
  "DELETE /api/admin/users/:id": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
  "POST /admin/users/:id/role": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
  "POST /admin/users/:id/delete": ["requireRole(admin)", "requireNotSelf", "requireRecentSignIn"],
};

test.each(Object.entries(SENSITIVE))("%s has its guards, in order", (label, expected) => {
  expect(guardsOf(label).filter((name) => expected.includes(name))).toEqual(expected);
});
