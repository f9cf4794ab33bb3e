/** The table in Hono, with its default router. */
import { type Handler, Hono, type MiddlewareHandler } from "hono";
import { CREATE, createLabel, LIST, listLabels, READ, READ_TASK, routes, showTask } from "../routes.ts";

const measured: Record<string, Handler> = {
  [LIST]: listLabels,
  [READ]: (c) => new Response(c.req.param("id")),
  [READ_TASK]: (c) => showTask(c.req.param("team"), c.req.param("project"), c.req.param("task")),
  [CREATE]: (c) => createLabel(c.req.raw),
};

/** Creates the app. `before` runs before the handler of the JSON POST. */
export function createApp(...before: readonly MiddlewareHandler[]) {
  const app = new Hono();
  for (const middleware of before) app.on("POST", "/api/labels", middleware);
  for (const { method, path } of routes)
    app.on(method, path, measured[`${method} ${path}`] ?? (() => new Response(path)));
  return { fetch: (request: Request) => app.fetch(request) };
}

export default createApp();
