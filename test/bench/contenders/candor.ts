/** The table in Candor's core, which validates the body with its schema. */
import { type Handler, route, setup, standardValidator } from "../../../src/http/index.ts";
import { CREATE, LIST, listLabels, newLabel, READ, READ_TASK, routes, showTask } from "../routes.ts";

const measured: Record<string, Handler<Record<string, unknown>>> = {
  [LIST]: route.get("/api/labels", { resolve: listLabels }),
  [READ]: route.get("/api/labels/:id", { resolve: (c) => new Response(c.params.id) }),
  [READ_TASK]: route.get("/api/teams/:team/projects/:project/tasks/:task", {
    resolve: ({ params }) => showTask(params.team, params.project, params.task),
  }),
  [CREATE]: route.post("/api/labels", {
    request: { body: newLabel },
    resolve: ({ input }) =>
      input.ok ? Response.json(input.body, { status: 201 }) : Response.json({ issues: input.issues }, { status: 400 }),
  }),
};

const app = setup({
  validator: standardValidator,
  handlers: routes.map(
    ({ method, path }) =>
      measured[`${method} ${path}`] ?? route.on(method, path, { resolve: () => new Response(path) }),
  ),
});

export default { fetch: (request: Request) => app.fetch(request) };
