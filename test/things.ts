/** A feature of the tests' own, made as a feature of the app is: it stands for any of them in tests of what they share. */
import { html } from "@remix-run/html-template";
import * as z from "zod";
import type { AppLocals } from "../src/env.ts";
import { requireAuth } from "../src/identity/guards/require-auth.ts";
import { requireCsrf } from "../src/identity/guards/require-csrf.ts";
import { requireCsrfToken } from "../src/identity/guards/require-csrf-token.ts";
import { requireCurrentSession } from "../src/identity/guards/require-current-session.ts";
import { requireOwnership } from "../src/identity/guards/require-ownership.ts";
import { requirePermission } from "../src/identity/guards/require-permission.ts";
import { commonLimits } from "../src/identity/limits.ts";
import { loadPageContext } from "../src/identity/page-context.ts";
import { sessionPage, signedInPage } from "../src/identity/scope.ts";
import { loadSession } from "../src/identity/sessions/page-session.ts";
import type { SignedIn } from "../src/identity/users/user.ts";
import { idempotency } from "../src/limits/idempotency.ts";
import { feature } from "../src/web/app/feature.ts";
import { group, route } from "../src/web/app/scope.ts";
import { NOT_STORED } from "../src/web/caching/cache-control.ts";
import { describeBody, noBody } from "../src/web/contract/bodies.ts";
import { requireJson } from "../src/web/guards/require-content-type.ts";
import { requireForm } from "../src/web/guards/require-form.ts";
import { csrfField } from "../src/web/pages/csrf-field.ts";
import { htmlResponse } from "../src/web/pages/html.ts";
import { layout } from "../src/web/pages/layout.ts";
import { timeOf } from "../src/web/pages/time.ts";
import type { Database } from "../src/web/platform/request-database.ts";
import { invalidInput, problem } from "../src/web/respond/problem.ts";
import { seeOther } from "../src/web/respond/see-other.ts";

/** Permissions that API keys can be granted, whichever features the app has. */
export const PERMISSION = "things:read";
export const WRITE_PERMISSION = "things:write";

const thingBody = z.object({ id: z.string(), title: z.string() }).meta({ id: "Thing" });

export type Thing = Readonly<z.output<typeof thingBody>>;

interface StoredThing extends Thing {
  readonly ownerId: string;
}

/** The table, which no migration makes. */
export const CREATE_THINGS =
  "CREATE TABLE IF NOT EXISTS things (id TEXT PRIMARY KEY, owner_id TEXT NOT NULL, title TEXT NOT NULL)";

const COLUMNS = "id, owner_id AS ownerId, title";

const findThing = (db: Database, id: string) =>
  db.prepare(`SELECT ${COLUMNS} FROM things WHERE id = ?`).bind(id).first<StoredThing>();

async function listThings(db: Database, ownerId: string): Promise<Thing[]> {
  const select = db.prepare(`SELECT ${COLUMNS} FROM things WHERE owner_id = ? ORDER BY rowid DESC`).bind(ownerId);
  return (await select.all<StoredThing>()).results.map(toThing);
}

/** @param id The same in a retry, which finds the thing and makes none. */
async function createThing(db: Database, ownerId: string, title: string, id: string): Promise<Thing> {
  const insert = db.prepare("INSERT INTO things (id, owner_id, title) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  await insert.bind(id, ownerId, title).run();
  return toThing((await findThing(db, id)) ?? { id, ownerId, title });
}

function toThing({ id, title }: Thing): Thing {
  return { id, title };
}

const input = z.strictObject({ title: z.string().min(1).max(200), body: z.string().optional() });
const requireInput = requireForm(256 * 1024, z.object(input.shape));
const requireRead = requirePermission(PERMISSION);
const requireWrite = requirePermission(WRITE_PERMISSION);
const requireOwnThing = requireOwnership(async (c: { params: { id?: string }; locals: AppLocals & SignedIn }) => {
  const thing = await findThing(c.locals.db, c.params.id ?? "");
  return thing && { ownerId: thing.ownerId, locals: { thing } };
});

const api = group({
  cors: true,
  guards: [...commonLimits],
  handlers: [
    route.get("/api/things", {
      summary: "List things",
      responses: { 200: z.object({ items: z.array(thingBody) }) },
      guards: [requireRead, requireCsrf],
      resolve: async ({ locals: { db, user } }) => Response.json({ items: await listThings(db, user.id) }),
    }),
    route.post("/api/things", {
      summary: "Create a thing",
      responses: { 201: describeBody(thingBody, { headers: { Location: "The path of the thing." } }) },
      guards: [requireWrite, requireCsrf, requireJson, idempotency.guard],
      request: { body: input },
      maxBodyBytes: 256 * 1024,
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const { db, user, idempotency: use } = locals;
        const thing = await createThing(db, user.id, input.body.title, use?.resourceId ?? crypto.randomUUID());
        return Response.json(thing, { status: 201, headers: { ...NOT_STORED, Location: `/api/things/${thing.id}` } });
      },
      onResponse: idempotency.onResponse,
      onError: idempotency.onError,
    }),
    route.get("/api/things/export", {
      summary: "Export the titles of things",
      responses: { 200: describeBody(z.string(), { mediaTypes: ["text/csv"] }) },
      guards: [requireAuth, requireCurrentSession],
      resolve: async ({ locals: { db, user } }) => {
        const titles = (await listThings(db, user.id)).map(({ title }) => title);
        return new Response(titles.join("\n"), { headers: { ...NOT_STORED, "Content-Type": "text/csv" } });
      },
    }),
    route.get("/api/things/:id", {
      summary: "Read a thing",
      responses: { 200: thingBody },
      guards: [requireRead, requireCsrf, requireOwnThing],
      resolve: ({ locals }) => Response.json(toThing(locals.thing)),
    }),
    route.patch("/api/things/:id", {
      summary: "Change a thing",
      responses: { 200: thingBody },
      guards: [requireWrite, requireCsrf, requireOwnThing, requireJson],
      request: { body: input },
      resolve: async ({ input, locals }) => {
        if (!input.ok) return invalidInput(locals, input);
        const update = locals.db.prepare("UPDATE things SET title = ? WHERE id = ?");
        await update.bind(input.body.title, locals.thing.id).run();
        return Response.json({ ...toThing(locals.thing), title: input.body.title });
      },
    }),
    route.delete("/api/things/:id", {
      summary: "Delete a thing",
      responses: { 204: noBody },
      guards: [requireWrite, requireCsrf, requireOwnThing],
      resolve: async ({ locals }) => {
        await locals.db.prepare("DELETE FROM things WHERE id = ?").bind(locals.thing.id).run();
        return new Response(null, { status: 204 });
      },
    }),
  ],
});

const openPages = group({
  guards: [...commonLimits, loadSession],
  handlers: [
    sessionPage.route.get("/things/about", {
      resolve: async (c) => {
        const content = html`<h1>About</h1><p>${timeOf("2020-01-02T23:04:05.000Z")}</p>`;
        return htmlResponse(layout("About things", content, await loadPageContext(c)));
      },
    }),
  ],
});

const pages = group({
  guards: [...commonLimits, loadSession, requireAuth],
  handlers: [
    signedInPage.route.get("/things", {
      resolve: async (c) => {
        const items = await listThings(c.locals.db, c.locals.user.id);
        const list = items.map(({ title }) => html`<li>${title}</li>`);
        const form = html`<form method="post" action="/things" data-draft="things/new">${csrfField(c.locals.session.csrf)}
<label>Title <input type="text" name="title" required></label><button>Add</button></form>`;
        return htmlResponse(layout("Things", html`<h1>Things</h1>${form}<ul>${list}</ul>`, await loadPageContext(c)));
      },
    }),
    signedInPage.route.post("/things", {
      guards: [requireCsrf, requireInput, requireCsrfToken],
      resolve: async (c) => {
        const { parsed, db, user, session } = c.locals;
        if (!parsed.success) return problem(c.locals, 400, "The title does not fit.");
        await createThing(db, user.id, parsed.data.title, crypto.randomUUID());
        session.flash("done", "The thing was added.", { savedDraft: "things/new" });
        return seeOther("/things");
      },
    }),
  ],
});

export const things = feature({
  name: "things",
  routes: [...api, ...openPages, ...pages],
  page: { label: "Things", path: "/things", for: "user" },
  activities: [
    {
      name: "thing",
      text: "A thing was created",
      routes: ["POST /api/things", "POST /things"],
      metric: { name: "things", title: "Things", unit: "created in the last minute", warning: 3, critical: 300 },
    },
  ],
});
