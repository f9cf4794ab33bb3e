import { env } from "cloudflare:test";
import { createAccount, openBrowser } from "../../harness.ts";
import { formOf, jsonOf, type RouteRequests } from "../../route-requests.ts";

/** An administrator and a user. */
async function setUp() {
  const [admin, { user }] = [await createAccount({ role: "admin" }), await createAccount()];
  const stateOf = () => env.DB.prepare("SELECT role FROM users WHERE id = ?").bind(user.id).first("role");
  return { admin, id: user.id, stateOf };
}

/** Administrators see and change the accounts of others. */
const OF_OTHERS = { showsOthers: true, changesOthers: true };

export const requests: RouteRequests = {
  "GET /api/admin/users": async () => {
    const { admin } = await setUp();
    return { path: "/api/admin/users", init: { headers: admin.headers }, status: 200, showsOthers: true };
  },
  "PATCH /api/admin/users/:id": async () => {
    const { admin, id, stateOf } = await setUp();
    const init = jsonOf("PATCH", { role: "admin" }, admin.headers);
    return { path: `/api/admin/users/${id}`, init, status: 200, ...OF_OTHERS, stateOf };
  },
  "DELETE /api/admin/users/:id": async () => {
    const { admin, id, stateOf } = await setUp();
    const init = { method: "DELETE", headers: admin.headers };
    return { path: `/api/admin/users/${id}`, init, status: 204, repeatStatus: 404, ...OF_OTHERS, stateOf };
  },
  "GET /admin/users": async () => {
    const { headers } = await openBrowser((await setUp()).admin);
    return { path: "/admin/users", init: { headers }, status: 200, showsOthers: true };
  },
  "POST /admin/users/:id/role": async () => {
    const { admin, id, stateOf } = await setUp();
    const init = formOf(await openBrowser(admin), { role: "admin", confirmed: "yes" });
    return { path: `/admin/users/${id}/role`, init, status: 303, ...OF_OTHERS, stateOf };
  },
  "POST /admin/users/:id/delete": async () => {
    const { admin, id, stateOf } = await setUp();
    const init = formOf(await openBrowser(admin), { confirmed: "yes" });
    const path = `/admin/users/${id}/delete`;
    return { path, init, status: 303, repeatStatus: 404, ...OF_OTHERS, stateOf };
  },
};
