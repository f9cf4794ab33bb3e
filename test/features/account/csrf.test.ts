import { env } from "cloudflare:test";
import { account } from "../../../src/features/account/index.ts";
import { listSessions } from "../../../src/identity/sessions/session-list.ts";
import { testCsrf } from "../../csrf.ts";
import { type Account, createKey, PASSWORD, PERMISSION } from "../../harness.ts";

const change = { currentPassword: PASSWORD, newPassword: "another password for tests" };
const sessionOf = async ({ user }: Account) =>
  (await listSessions(env.DB, user.id, { limit: 100 })).items.at(-1)?.id ?? "";
const keyOf = async (owner: Account) => (await createKey(owner, [])).id;

testCsrf(account, {
  "PATCH /api/me": { fields: { name: "Changed" } },
  "POST /api/me/password": { fields: change },
  "POST /api/me/confirm-password": { fields: { password: PASSWORD } },
  "POST /api/me/verify-email": {},
  "DELETE /api/me/sessions/:id": { make: sessionOf },
  "POST /api/me/keys": { fields: { name: "key", permissions: [PERMISSION] } },
  "DELETE /api/me/keys/:id": { make: keyOf },
  "POST /account": { fields: { name: "Changed" } },
  "POST /account/password": { fields: change },
  "POST /account/confirm-password": {
    fields: { currentPassword: PASSWORD, continue: "/account" },
    statuses: [307],
  },
  "POST /account/verify-email": {},
  "POST /account/sessions/end-others": {},
  "POST /account/sessions/:id/end": { make: sessionOf },
  "POST /account/keys": { fields: { submission: crypto.randomUUID(), name: "key", [PERMISSION]: "on" } },
  "POST /account/keys/:id/delete": { fields: { confirmed: "yes" }, make: keyOf },
});
