import { admin } from "../../../src/features/admin/index.ts";
import { testCsrf } from "../../csrf.ts";
import { createAccount } from "../../harness.ts";

const make = async () => (await createAccount()).user.id;

testCsrf(admin, {
  "PATCH /api/admin/users/:id": { fields: { role: "admin" }, make },
  "DELETE /api/admin/users/:id": { make },
  "POST /admin/users/:id/role": { fields: { role: "admin", confirmed: "yes" }, make },
  "POST /admin/users/:id/delete": { fields: { confirmed: "yes" }, make },
});
