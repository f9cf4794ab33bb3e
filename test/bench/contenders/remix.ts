/** The table in Remix's fetch-router. */
import { createRouter, type RequestHandler } from "@remix-run/fetch-router";
import { CREATE, createLabel, LIST, listLabels, READ, READ_TASK, routes, showTask } from "../routes.ts";

const measured: Record<string, RequestHandler> = {
  [LIST]: listLabels,
  [READ]: ({ params }) => new Response((params as { id: string }).id),
  [READ_TASK]: ({ params }) => {
    const { team, project, task } = params as Record<"team" | "project" | "task", string>;
    return showTask(team, project, task);
  },
  [CREATE]: ({ request }) => createLabel(request),
};

const app = createRouter();
for (const { method, path } of routes) {
  app.route(method, path, measured[`${method} ${path}`] ?? (() => new Response(path)));
}

export default { fetch: (request: Request) => app.fetch(request) };
