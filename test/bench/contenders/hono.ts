/** The table in Hono, with its default router. */
import { type Handler, Hono } from "hono";
import { CREATE, createLabel, LIST, listLabels, READ, routes } from "../routes.ts";

const measured: Record<string, Handler> = {
  [LIST]: listLabels,
  [READ]: (c) => new Response(c.req.param("id")),
  [CREATE]: (c) => createLabel(c.req.raw),
};

const app = new Hono();
for (const { method, path } of routes)
  app.on(method, path, measured[`${method} ${path}`] ?? (() => new Response(path)));

export default { fetch: (request: Request) => app.fetch(request) };
