/** Operations on one note or one file. */

import type { Fixture } from "./fixture.ts";
import { idOf, type Operation } from "./operation.ts";

const newNote = (fixture: Fixture) =>
  fixture.as("owner", "/api/notes", { method: "POST", body: { title: "New", body: "note" } });
const newFile = (fixture: Fixture) => fixture.as("owner", "/api/files/new.txt", { method: "PUT", body: "new" });

export const rows: readonly Operation[] = [
  {
    group: "One row",
    name: "note: read",
    route: "GET /api/notes/:id",
    send: (fixture) => fixture.as("owner", `/api/notes/${fixture.oldestNote}`),
  },
  { group: "One row", name: "note: create", route: "POST /api/notes", status: 201, send: newNote },
  {
    group: "One row",
    name: "note: create with an Idempotency-Key",
    route: "POST /api/notes",
    status: 201,
    send: (fixture) =>
      fixture.as("owner", "/api/notes", {
        method: "POST",
        headers: { "Idempotency-Key": crypto.randomUUID() },
        body: { title: "New", body: "note" },
      }),
  },
  {
    group: "One row",
    name: "note: change",
    route: "PATCH /api/notes/:id",
    send: (fixture) =>
      fixture.as("owner", `/api/notes/${fixture.oldestNote}`, { method: "PATCH", body: { title: "Changed" } }),
  },
  {
    group: "One row",
    name: "note: delete",
    route: "DELETE /api/notes/:id",
    status: 204,
    prepare: async (fixture) => idOf(await newNote(fixture)),
    send: (fixture, id) => fixture.as("owner", `/api/notes/${id}`, { method: "DELETE" }),
  },
  {
    group: "One row",
    name: "notes: first batch of the CSV export",
    route: "GET /api/notes/export.csv",
    send: (fixture) => fixture.as("owner", "/api/notes/export.csv", { isBeginning: true }),
  },
  { group: "One row", name: "file: upload", route: "PUT /api/files/:name", status: 201, send: newFile },
  {
    group: "One row",
    name: "file: download",
    route: "GET /files/:id",
    prepare: async (fixture) => idOf(await newFile(fixture)),
    send: (fixture, id) => fixture.as("owner", `/files/${id}`),
  },
  {
    group: "One row",
    name: "file: delete",
    route: "DELETE /api/files/:id",
    status: 204,
    prepare: async (fixture) => idOf(await newFile(fixture)),
    send: (fixture, id) => fixture.as("owner", `/api/files/${id}`, { method: "DELETE" }),
  },
];
