import { env } from "cloudflare:test";
import { type Account, createAccount, openBrowser, sendJson } from "../../harness.ts";
import { formOf, jsonOf, type RouteRequests } from "../../route-requests.ts";

/** An account with two sample items, one of which contains the account's e-mail address. */
async function setUp() {
  const account = await createAccount();
  await createItem(account, "First");
  return {
    account,
    id: await createItem(account, `Second of ${account.user.email}`),
    stateOf: () => titlesOf(account),
  };
}

async function createItem({ headers }: Account, title: string): Promise<string> {
  const response = await sendJson("POST", "/api/sample-items", { title }, headers);
  return (await response.json<{ id: string }>()).id;
}

async function titlesOf({ user }: Account): Promise<unknown> {
  const select = env.DB.prepare("SELECT title FROM sample_items WHERE owner_id = ? ORDER BY id");
  return (await select.bind(user.id).all()).results;
}

export const requests: RouteRequests = {
  "GET /api/sample-items": async () => {
    const { account } = await setUp();
    return { path: "/api/sample-items", init: { headers: account.headers }, status: 200 };
  },
  "POST /api/sample-items": async () => {
    const { account, stateOf } = await setUp();
    const init = jsonOf("POST", { title: "Third" }, account.headers);
    return { path: "/api/sample-items", init, status: 201, isRepeated: true, stateOf };
  },
  "GET /api/sample-items/:id": async () => {
    const { account, id } = await setUp();
    return { path: `/api/sample-items/${id}`, init: { headers: account.headers }, status: 200 };
  },
  "DELETE /api/sample-items/:id": async () => {
    const { account, id, stateOf } = await setUp();
    const init = { method: "DELETE", headers: account.headers };
    return { path: `/api/sample-items/${id}`, init, status: 204, repeatStatus: 404, stateOf };
  },
  "GET /sample-items": async () => {
    const { headers } = await openBrowser((await setUp()).account);
    return { path: "/sample-items", init: { headers }, status: 200 };
  },
  "POST /sample-items": async () => {
    const { account, stateOf } = await setUp();
    const init = formOf(await openBrowser(account), { submission: crypto.randomUUID(), title: "Third" });
    return { path: "/sample-items", init, status: 303, stateOf };
  },
  "POST /sample-items/:id/delete": async () => {
    const { account, id, stateOf } = await setUp();
    const init = formOf(await openBrowser(account), { confirmed: "yes" });
    return { path: `/sample-items/${id}/delete`, init, status: 303, repeatStatus: 404, stateOf };
  },
};
