import { env } from "cloudflare:test";
import { type Account, createAccount, openBrowser, submit } from "../../harness.ts";
import { formOf, jsonOf, type PreparedRequest, type RouteRequests } from "../../route-requests.ts";
import { createNote, type Note } from "./notes.ts";

/** An account with two notes, which contain the account's e-mail address. */
async function setUp() {
  const account = await createAccount();
  const { email } = account.user;
  await createNote(account, "First", email);
  return { account, note: await createNote(account, `Second of ${email}`, email), stateOf: () => notesOf(account) };
}

async function notesOf({ user }: Account): Promise<unknown> {
  const select = env.DB.prepare("SELECT title, body, version FROM notes WHERE owner_id = ? ORDER BY position");
  return (await select.bind(user.id).all()).results;
}

/** A page or a form of that account's browser. */
async function inBrowser(
  path: (note: Note) => string,
  rest: Partial<PreparedRequest> & { readonly fields?: Readonly<Record<string, string>> } = {},
): Promise<PreparedRequest> {
  const { account, note, stateOf } = await setUp();
  const browser = await openBrowser(account);
  const { fields, ...given } = rest;
  const isForm = fields !== undefined;
  const init = isForm ? formOf(browser, fields) : { headers: browser.headers };
  return { path: path(note), init, status: isForm ? 303 : 200, stateOf, ...given };
}

export const requests: RouteRequests = {
  "GET /api/notes": async () => {
    const { account } = await setUp();
    return { path: "/api/notes", init: { headers: account.headers }, status: 200 };
  },
  "POST /api/notes": async () => {
    const { account, stateOf } = await setUp();
    const headers = { ...account.headers, "Idempotency-Key": crypto.randomUUID() };
    return { path: "/api/notes", init: jsonOf("POST", { title: "Third" }, headers), status: 201, stateOf };
  },
  "GET /api/notes/export.csv": async () => {
    const { account } = await setUp();
    return { path: "/api/notes/export.csv", init: { headers: account.headers }, status: 200 };
  },
  "GET /api/notes/:id": async () => {
    const { account, note } = await setUp();
    return { path: `/api/notes/${note.id}`, init: { headers: account.headers }, status: 200 };
  },
  "PATCH /api/notes/:id": async () => {
    const { account, note, stateOf } = await setUp();
    const headers = { ...account.headers, "If-Match": note.etag };
    const init = jsonOf("PATCH", { title: "Changed" }, headers);
    return { path: `/api/notes/${note.id}`, init, status: 200, repeatStatus: 412, stateOf };
  },
  "DELETE /api/notes/:id": async () => {
    const { account, note, stateOf } = await setUp();
    const init = { method: "DELETE", headers: account.headers };
    return { path: `/api/notes/${note.id}`, init, status: 204, repeatStatus: 404, stateOf };
  },
  "GET /notes": () => inBrowser(() => "/notes"),
  "POST /notes": () => inBrowser(() => "/notes", { fields: { submission: crypto.randomUUID(), title: "Third" } }),
  "GET /notes/:id": () => inBrowser(({ id }) => `/notes/${id}`),
  "POST /notes/:id": () => inBrowser(({ id }) => `/notes/${id}`, { fields: { title: "Changed", version: "1" } }),
  "POST /notes/:id/delete": () => inBrowser(({ id }) => `/notes/${id}/delete`, { fields: {}, repeatStatus: 404 }),
  "POST /notes/:id/restore": async () => {
    const { account, note, stateOf } = await setUp();
    const browser = await openBrowser(account);
    await submit(browser, `/notes/${note.id}/delete`, {});
    return { path: `/notes/${note.id}/restore`, init: formOf(browser), status: 303, stateOf };
  },
};
