/** What the things that administrators do with an account end. */
import type { Role } from "../../../src/identity/users/user.ts";
import { createAccount, openBrowser, sendJson, submit } from "../../harness.ts";
import { type AccountEvent, testEvents } from "../../identity/account-event-table.ts";
import type { Way } from "../../identity/account-event-ways.ts";
import { CREDENTIALS, type Holder, LINKS } from "../../identity/credential-holder.ts";

async function asAdministrator(method: "PATCH" | "DELETE", { user }: Holder, body: object): Promise<Response> {
  const { headers } = await createAccount({ role: "admin" });
  return sendJson(method, `/api/admin/users/${user.id}`, body, headers);
}
async function onAdminPage({ user }: Holder, action: string, fields: Record<string, string> = {}): Promise<Response> {
  const browser = await openBrowser(await createAccount({ role: "admin" }));
  return submit(browser, `/admin/users/${user.id}/${action}`, { ...fields, confirmed: "yes" });
}
const roleChange = (role: Role): Way[] => [
  {
    route: "PATCH /api/admin/users/:id",
    by: "token",
    status: 200,
    act: (holder) => asAdministrator("PATCH", holder, { role }),
  },
  {
    route: "the form of /admin/users",
    by: "browser",
    status: 303,
    act: (holder) => onAdminPage(holder, "role", { role }),
  },
];

const EVENTS: readonly AccountEvent[] = [
  { name: "the user becomes an administrator", ends: [], mail: "Your role has changed", ways: roleChange("admin") },
  {
    name: "an administrator is demoted",
    account: { role: "admin" },
    ends: LINKS,
    mail: "Your role has changed",
    ways: roleChange("user"),
  },
  {
    name: "the account is deleted",
    ends: CREDENTIALS,
    mail: "Your account was deleted",
    ways: [
      {
        route: "DELETE /api/admin/users/:id",
        by: "token",
        status: 204,
        act: (holder) => asAdministrator("DELETE", holder, {}),
      },
      { route: "the form of /admin/users", by: "browser", status: 303, act: (holder) => onAdminPage(holder, "delete") },
    ],
  },
];

testEvents(EVENTS);
