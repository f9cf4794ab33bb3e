/** The table in itty-router, in its smallest variant. */
import { type IRequest, IttyRouter } from "itty-router";
import { CREATE, createLabel, LIST, listLabels, READ, READ_TASK, routes, showTask } from "../routes.ts";

type Handler = (request: IRequest & Request) => Response | Promise<Response>;

const measured: Record<string, Handler> = {
  [LIST]: listLabels,
  [READ]: (request) => new Response(request.params.id),
  [READ_TASK]: ({ params }) => showTask(params.team, params.project, params.task),
  [CREATE]: createLabel,
};

const app = IttyRouter();
for (const { method, path } of routes) {
  app[method.toLowerCase()]?.(path, measured[`${method} ${path}`] ?? (() => new Response(path)));
}
app.all("*", () => new Response("Not Found", { status: 404 }));

export default { fetch: (request: Request): Promise<Response> => app.fetch(request) };
