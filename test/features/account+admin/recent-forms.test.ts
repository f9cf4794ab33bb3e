/** The forms of administrators that ask for the password first, and then do what was asked for. */
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { admin } from "../../../src/features/admin/index.ts";
import type { Account } from "../../harness.ts";
import { flashOf } from "../../plain-browser.ts";
import { recentRoutes } from "../../recent-sign-in.ts";
import { other, type SensitiveForm, testSensitiveForms, useOldSignIn } from "../account/recent-forms.ts";

useOldSignIn();

const roleOf = ({ user }: Account) => env.DB.prepare("SELECT role FROM users WHERE id = ?").bind(user.id).first("role");

const FORMS: Readonly<Record<string, SensitiveForm>> = {
  "POST /admin/users/:id/role": {
    page: "/admin/users",
    action: () => `/admin/users/${other.user.id}/role`,
    fields: { role: "admin", next: "/admin/users?q=a", confirmed: "yes" },
    before: async () => expect(await roleOf(other)).toBe("user"),
    after: async (shown) => {
      expect([shown.path, flashOf(shown)]).toEqual(["/admin/users?q=a", "Grace is now an administrator."]);
      expect(await roleOf(other)).toBe("admin");
    },
  },
  "POST /admin/users/:id/delete": {
    page: "/admin/users",
    action: () => `/admin/users/${other.user.id}/delete`,
    fields: { next: "/admin/users", confirmed: "yes" },
    before: async () => expect(await roleOf(other)).toBe("user"),
    after: async (shown) => {
      expect([shown.path, flashOf(shown)]).toEqual(["/admin/users", "The account of Grace has been deleted."]);
      expect(await roleOf(other)).toBeNull();
    },
  },
};

test("these are the forms that ask for a recent sign-in", () => {
  expect(Object.keys(FORMS).sort()).toEqual(recentRoutes(admin, false));
});

testSensitiveForms(FORMS);
