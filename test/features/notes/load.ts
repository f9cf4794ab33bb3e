/** Notes under load. */
import { randomInt, randomUUID } from "node:crypto";
import { keep, take } from "../../bench/load/accounts.ts";
import type { Account, Created, FeatureLoad, Outgoing, Received } from "../../bench/load/types.ts";

const NOTES = "notes";

/** Returns a random word, which a search finds in some notes. */
const word = () => `word${randomInt(2000)}`;

function jsonOf(method: string, path: string, body: object, { bearer }: Account): Outgoing {
  return { method, path, headers: { ...bearer, "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

/** Keeps the note of a response. @returns The response that a later request must get. */
function keepNote(account: Account, { headers, body }: Received) {
  const { id, title }: { readonly id: string; readonly title: string } = JSON.parse(body.toString());
  keep(account, NOTES, { id, etag: String(headers.etag) });
  return { path: `/api/notes/${id}`, status: 200, text: title };
}

/** Changes or deletes the oldest note, which no other request uses meanwhile. */
function change(account: Account, method: string, body?: object): Outgoing | undefined {
  const note = take(account, NOTES);
  if (!note) return undefined;
  const path = `/api/notes/${note.id}`;
  const outgoing = body ? jsonOf(method, path, body, account) : { method, path, headers: account.bearer };
  return { ...outgoing, headers: { ...outgoing.headers, "If-Match": note.etag ?? "" }, changes: path };
}

/**
 * Returns the newest of several notes. Since changes take the oldest note, it still exists when the request arrives.
 */
function newest({ created }: Account): Created | undefined {
  const notes = created.get(NOTES) ?? [];
  return notes.length > 3 ? notes.at(-1) : undefined;
}

export const load: FeatureLoad = {
  requests: [
    {
      kind: "read",
      name: "GET /api/notes",
      status: 200,
      weight: 3,
      make: ({ bearer }) => ({ path: "/api/notes", headers: bearer }),
    },
    {
      kind: "read",
      name: "GET /api/notes/:id",
      status: 200,
      weight: 3,
      make: (account) => {
        const note = newest(account);
        return note && { path: `/api/notes/${note.id}`, headers: account.bearer };
      },
    },
    {
      kind: "write",
      name: "POST /api/notes",
      status: 201,
      weight: 6,
      make: (account) => {
        const note = { title: `${word()} ${randomUUID()}`, body: Array.from({ length: 50 }, word).join(" ") };
        const outgoing = jsonOf("POST", "/api/notes", note, account);
        const headers = { ...outgoing.headers, "Idempotency-Key": randomUUID() };
        return { ...outgoing, headers, onResponse: (response) => keepNote(account, response) };
      },
    },
    {
      kind: "write",
      name: "PATCH /api/notes/:id",
      status: 200,
      weight: 3,
      make: (account) => {
        const outgoing = change(account, "PATCH", { title: `${word()} ${randomUUID()}` });
        return outgoing && { ...outgoing, onResponse: (response) => keepNote(account, response) };
      },
    },
    {
      kind: "write",
      name: "DELETE /api/notes/:id",
      status: 204,
      make: (account) => {
        const outgoing = change(account, "DELETE");
        return outgoing && { ...outgoing, onResponse: () => ({ path: outgoing.path, status: 404 }) };
      },
    },
    {
      kind: "search",
      name: "GET /api/notes?q=",
      status: 200,
      weight: 4,
      make: ({ bearer }) => ({ path: `/api/notes?q=${word()}`, headers: bearer }),
    },
    {
      kind: "page",
      name: "GET /notes",
      status: 200,
      weight: 3,
      make: ({ browser }) => ({ path: "/notes", headers: browser }),
    },
    {
      kind: "page",
      name: "GET /notes/:id",
      status: 200,
      make: (account) => {
        const note = newest(account);
        return note && { path: `/notes/${note.id}`, headers: account.browser };
      },
    },
    {
      kind: "denied",
      name: "GET /api/notes without credentials",
      status: 401,
      make: () => ({ path: "/api/notes" }),
    },
    {
      kind: "denied",
      name: "POST /api/notes from another site",
      status: 403,
      make: ({ browser }) => ({
        method: "POST",
        path: "/api/notes",
        headers: { ...browser, "Sec-Fetch-Site": "cross-site", "Content-Type": "application/json" },
        body: "{}",
      }),
    },
  ],
};
