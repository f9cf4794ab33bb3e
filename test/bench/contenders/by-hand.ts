/** The reference: the measured routes, and only those, handwritten without a router. */
import { createLabel, listLabels, showTask } from "../routes.ts";

export default {
  async fetch(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    switch (pathname) {
      case "/api/labels":
        if (request.method === "GET") return listLabels();
        if (request.method === "POST") return createLabel(request);
        break;
      default: {
        const match = /^\/api\/labels\/([^/]+)$/.exec(pathname);
        if (match && request.method === "GET") return new Response(match[1]);
        const task = /^\/api\/teams\/([^/]+)\/projects\/([^/]+)\/tasks\/([^/]+)$/.exec(pathname);
        if (task && request.method === "GET") return showTask(task[1], task[2], task[3]);
      }
    }
    return new Response("Not Found", { status: 404 });
  },
};
