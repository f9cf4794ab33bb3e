/** The table of 86 routes that all contenders serve, and the behaviour of its four measured routes. */
import * as z from "zod";

export interface RouteEntry {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
}

// `labels` is in the middle, so that a router which searches in order is neither favoured nor penalized.
const RESOURCES = [
  ...["users", "teams", "projects", "tasks", "comments", "files", "invoices"],
  ...["labels", "plans", "events", "webhooks", "tokens", "reports", "themes"],
];

export const routes: readonly RouteEntry[] = [
  { method: "GET", path: "/health" },
  ...RESOURCES.flatMap(actionsOf),
  { method: "GET", path: "/api/teams/:team/projects/:project/tasks/:task" },
];

function actionsOf(resource: string): RouteEntry[] {
  const all = `/api/${resource}`;
  return [
    { method: "GET", path: all },
    { method: "POST", path: all },
    { method: "GET", path: `${all}/:id` },
    { method: "PATCH", path: `${all}/:id` },
    { method: "DELETE", path: `${all}/:id` },
    { method: "GET", path: `${all}/:id/history` },
  ];
}

export const LIST = "GET /api/labels";
export const READ = "GET /api/labels/:id";
export const READ_TASK = "GET /api/teams/:team/projects/:project/tasks/:task";
export const CREATE = "POST /api/labels";

export const newLabel = z.object({
  name: z.string().min(1).max(80),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
});

/** The response of the route with three parameters. */
export const showTask = (team = "", project = "", task = "") => new Response(`${team} ${project} ${task}`);

export const listLabels = () => new Response("all labels");

/** Handwritten validation, for contenders without schemas of their own. */
export async function createLabel(request: Request): Promise<Response> {
  const parsed = newLabel.safeParse(await request.json().catch(() => undefined));
  if (!parsed.success) return Response.json({ issues: parsed.error.issues }, { status: 400 });
  return Response.json(parsed.data, { status: 201 });
}
