/** Operations on accounts and their credentials. */

import type { Fixture } from "./fixture.ts";
import type { Operation } from "./operation.ts";

const promote = (fixture: Fixture, role: string) =>
  fixture.as("admin", `/api/admin/users/${fixture.ids.newcomer}`, { method: "PATCH", body: { role } });

export const accounts: readonly Operation[] = [
  {
    group: "Accounts",
    name: "access token: look up",
    route: "GET /api/me",
    send: (fixture) => fixture.as("owner", "/api/me"),
  },
  {
    group: "Accounts",
    name: "API key: look up",
    route: "GET /api/notes",
    send: (fixture) => fixture.send("/api/notes", { headers: { "X-API-Key": fixture.apiKey } }),
  },
  {
    group: "Accounts",
    name: "sign in",
    route: "POST /api/auth/login",
    times: 3,
    prepare: async (fixture) => {
      await fixture.database.prepare("DELETE FROM sessions WHERE user_id = ?").bind(fixture.ids.newcomer).run();
      return "";
    },
    send: (fixture) => fixture.signIn("newcomer"),
  },
  {
    group: "Accounts",
    name: "register",
    route: "POST /api/auth/register",
    times: 3,
    status: 201,
    send: (fixture) => fixture.register(`${crypto.randomUUID()}@example.com`),
  },
  {
    group: "Accounts",
    name: "mail a link",
    route: "POST /api/auth/forgot-password",
    times: 3,
    status: 202,
    send: async (fixture) => {
      await fixture.database.prepare("DELETE FROM email_tokens WHERE user_id = ?").bind(fixture.ids.newcomer).run();
      return fixture.send("/api/auth/forgot-password", {
        method: "POST",
        body: { email: fixture.emailOf("newcomer") },
      });
    },
  },
  {
    group: "Accounts",
    name: "API key: create",
    route: "POST /api/me/keys",
    times: 3,
    status: 201,
    send: (fixture) =>
      fixture.as("owner", "/api/me/keys", { method: "POST", body: { name: "growth", permissions: ["notes:read"] } }),
  },
  {
    group: "Accounts",
    name: "rename",
    route: "PATCH /api/me",
    send: (fixture) => fixture.as("owner", "/api/me", { method: "PATCH", body: { name: "Renamed" } }),
  },
  {
    group: "Accounts",
    name: "administrator: promote",
    route: "PATCH /api/admin/users/:id",
    prepare: async (fixture) => (await promote(fixture, "user")).text,
    send: (fixture) => promote(fixture, "admin"),
  },
  {
    group: "Accounts",
    name: "administrator: demote",
    route: "PATCH /api/admin/users/:id",
    prepare: async (fixture) => (await promote(fixture, "admin")).text,
    send: (fixture) => promote(fixture, "user"),
  },
  {
    group: "Accounts",
    name: "user without data: delete",
    route: "DELETE /api/admin/users/:id",
    status: 204,
    prepare: (fixture) => fixture.insertUser(),
    send: (fixture, id) => fixture.as("admin", `/api/admin/users/${id}`, { method: "DELETE" }),
  },
];
