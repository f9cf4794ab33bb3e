import { env } from "cloudflare:test";
import { listSessions } from "../../../src/identity/sessions/session-list.ts";
import { type Account, createAccount, createKey, openBrowser, PASSWORD, PERMISSION } from "../../harness.ts";
import { formOf, jsonOf, type PreparedRequest, type RouteRequests } from "../../route-requests.ts";

const CHANGE = { currentPassword: PASSWORD, newPassword: "another password for tests" };

const newestSessionOf = async ({ user }: Account) =>
  (await listSessions(env.DB, user.id, { limit: 100 })).items.at(0)?.id ?? "";

/** The account, its sessions and its keys. */
async function stateOf({ user }: Account): Promise<unknown> {
  const select = env.DB.prepare(
    `SELECT name, email_verified, (SELECT count(*) FROM sessions WHERE user_id = users.id) AS sessions,
       (SELECT group_concat(name) FROM api_keys WHERE user_id = users.id) AS keys FROM users WHERE id = ?`,
  );
  return select.bind(user.id).first();
}

interface Given extends Omit<Partial<PreparedRequest>, "path"> {
  /** The path; with the id of a session or of a key where the route has one. */
  readonly path: string | ((ids: { readonly session: string; readonly key: string }) => string);
}

/** An account with a second session and a key. */
async function setUp() {
  const account = await createAccount({ emailVerified: false });
  const browser = await openBrowser(account);
  const session = await newestSessionOf(account);
  return { account, browser, ids: { session, key: (await createKey(account, [PERMISSION])).id } };
}

const pathOf = (path: Given["path"], ids: { session: string; key: string }) =>
  typeof path === "string" ? path : path(ids);

/** A request of the API. */
const call =
  (method: string, { path, ...rest }: Given, body?: unknown) =>
  async (): Promise<PreparedRequest> => {
    const { account, ids } = await setUp();
    const { headers } = account;
    const init = body === undefined ? { method, headers } : jsonOf(method, body, headers);
    return { path: pathOf(path, ids), init, status: 200, stateOf: () => stateOf(account), ...rest };
  };

/** A form of the page. */
const submitted =
  ({ path, ...rest }: Given, fields: Readonly<Record<string, string>> = {}) =>
  async (): Promise<PreparedRequest> => {
    const { account, ids } = await setUp();
    const init = formOf(await openBrowser(account), fields);
    return { path: pathOf(path, ids), init, status: 303, stateOf: () => stateOf(account), ...rest };
  };

export const requests: RouteRequests = {
  "GET /api/me": call("GET", { path: "/api/me" }),
  "PATCH /api/me": call("PATCH", { path: "/api/me" }, { name: "Changed" }),
  "POST /api/me/password": call("POST", { path: "/api/me/password", repeatStatus: 401 }, CHANGE),
  "POST /api/me/confirm-password": call(
    "POST",
    { path: "/api/me/confirm-password", repeatStatus: 401 },
    { password: PASSWORD },
  ),
  "POST /api/me/verify-email": call("POST", { path: "/api/me/verify-email", status: 202, isRepeated: true }),
  "GET /api/me/sessions": call("GET", { path: "/api/me/sessions" }),
  "DELETE /api/me/sessions/:id": call("DELETE", {
    path: ({ session }) => `/api/me/sessions/${session}`,
    status: 204,
    repeatStatus: 404,
  }),
  "GET /api/me/keys": call("GET", { path: "/api/me/keys" }),
  // Both create nothing twice. But the campaign requires other requests to succeed, and its app lacks this permission.
  "POST /api/me/keys": async () => {
    const { account } = await setUp();
    const headers = { ...account.headers, "Idempotency-Key": crypto.randomUUID() };
    const init = jsonOf("POST", { name: "new", permissions: [PERMISSION] }, headers);
    return { path: "/api/me/keys", init, status: 201, stateOf: () => stateOf(account), isRepeated: true };
  },
  "DELETE /api/me/keys/:id": call("DELETE", {
    path: ({ key }) => `/api/me/keys/${key}`,
    status: 204,
    repeatStatus: 404,
  }),
  "GET /account": async () => {
    const { browser } = await setUp();
    return { path: "/account", init: { headers: browser.headers }, status: 200 };
  },
  "POST /account": submitted({ path: "/account" }, { name: "Changed" }),
  "POST /account/password": submitted({ path: "/account/password", repeatStatus: 401 }, CHANGE),
  "POST /account/confirm-password": submitted(
    { path: "/account/confirm-password", repeatStatus: 401 },
    { currentPassword: PASSWORD, continue: "" },
  ),
  "POST /account/verify-email": submitted({ path: "/account/verify-email", isRepeated: true }),
  "POST /account/sessions/end-others": submitted({ path: "/account/sessions/end-others" }),
  "POST /account/sessions/:id/end": submitted({
    path: ({ session }) => `/account/sessions/${session}/end`,
    repeatStatus: 404,
  }),
  "POST /account/keys": submitted(
    { path: "/account/keys", status: 201, isRepeated: true },
    { submission: crypto.randomUUID(), name: "new", [PERMISSION]: "on" },
  ),
  "POST /account/keys/:id/delete": submitted(
    { path: ({ key }) => `/account/keys/${key}/delete`, repeatStatus: 404 },
    { confirmed: "yes" },
  ),
};
