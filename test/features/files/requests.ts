import { env } from "cloudflare:test";
import { type Account, createAccount, openBrowser } from "../../harness.ts";
import { formOf, type PreparedRequest, type RouteRequests } from "../../route-requests.ts";
import { FORM_TYPE, filePart, formOf as multipart, part, storeFile } from "./files.ts";

/** An account with one file, which contains the account's e-mail address. */
async function setUp() {
  const account = await createAccount();
  const { id } = await storeFile(account, "stored.txt", `Stored by ${account.user.email}`);
  return { account, id, stateOf: () => filesOf(account) };
}

/** Reads the files without the hash of the one that contains the address. */
async function filesOf({ user }: Account): Promise<unknown> {
  const select = env.DB.prepare(
    "SELECT name, type, size, iif(name = 'stored.txt', '', sha256) AS sha256 FROM files WHERE owner_id = ? ORDER BY id",
  );
  return (await select.bind(user.id).all()).results;
}

async function read(path: (id: string) => string): Promise<PreparedRequest> {
  const { account, id } = await setUp();
  return { path: path(id), init: { headers: account.headers }, status: 200 };
}

async function show(path: (id: string) => string): Promise<PreparedRequest> {
  const { account, id } = await setUp();
  const { headers } = await openBrowser(account);
  return { path: path(id), init: { headers }, status: 200 };
}

export const requests: RouteRequests = {
  "GET /api/files": () => read(() => "/api/files"),
  "POST /api/files": async () => {
    const { account, stateOf } = await setUp();
    const headers = { ...account.headers, ...FORM_TYPE, "Idempotency-Key": crypto.randomUUID() };
    const init = { method: "POST", headers, body: multipart(filePart("new.txt", "new")) };
    return { path: "/api/files", init, status: 201, stateOf };
  },
  "PUT /api/files/:name": async () => {
    const { account, stateOf } = await setUp();
    const headers = { ...account.headers, "Idempotency-Key": crypto.randomUUID() };
    const init = { method: "PUT", headers, body: "new" };
    return { path: "/api/files/new.txt", init, status: 201, stateOf };
  },
  "GET /api/files/:id": () => read((id) => `/api/files/${id}`),
  "DELETE /api/files/:id": async () => {
    const { account, id, stateOf } = await setUp();
    const init = { method: "DELETE", headers: account.headers };
    return { path: `/api/files/${id}`, init, status: 204, repeatStatus: 404, stateOf };
  },
  "GET /files/:id": () => read((id) => `/files/${id}`),
  "GET /files": () => show(() => "/files"),
  "POST /files": async () => {
    const { account, stateOf } = await setUp();
    const { headers, csrf } = await openBrowser(account);
    const fields = { csrf, submission: crypto.randomUUID() };
    const hidden = Object.entries(fields).map(([name, value]) =>
      part(`Content-Disposition: form-data; name="${name}"`, value),
    );
    const body = multipart(...hidden, filePart("new.txt", "new"));
    const init = { method: "POST", headers: { ...headers, ...FORM_TYPE }, body };
    return { path: "/files", init, status: 303, stateOf };
  },
  "GET /files/:id/row": () => show((id) => `/files/${id}/row`),
  "POST /files/:id/delete": async () => {
    const { account, id, stateOf } = await setUp();
    const init = formOf(await openBrowser(account));
    return { path: `/files/${id}/delete`, init, status: 303, repeatStatus: 404, stateOf };
  },
};
