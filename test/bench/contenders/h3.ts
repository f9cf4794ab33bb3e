/** The table in h3. */
import { type EventHandler, H3 } from "h3";
import { CREATE, createLabel, LIST, listLabels, READ, READ_TASK, routes, showTask } from "../routes.ts";

const measured: Record<string, EventHandler> = {
  [LIST]: listLabels,
  [READ]: (event) => new Response(event.context.params?.id),
  [READ_TASK]: (event) => {
    const { team, project, task } = event.context.params ?? {};
    return showTask(team, project, task);
  },
  [CREATE]: (event) => createLabel(event.req as Request),
};

const app = new H3();
for (const { method, path } of routes)
  app.on(method, path, measured[`${method} ${path}`] ?? (() => new Response(path)));

export default { fetch: (request: Request) => app.fetch(request) };
