/** The table of 86 routes that every contender has, and what its three measured routes do. */
import * as z from "zod";

export interface RouteEntry {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
}

// `labels` stands in the middle: a router that searches its table in order is neither favoured nor punished.
const RESOURCES = [
  ...["users", "teams", "projects", "tasks", "comments", "files", "invoices"],
  ...["labels", "plans", "events", "webhooks", "tokens", "reports", "themes"],
];

export const routes: readonly RouteEntry[] = [
  { method: "GET", path: "/health" },
  ...RESOURCES.flatMap(actionsOf),
  { method: "GET", path: "/api/search" },
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
export const CREATE = "POST /api/labels";

export const newLabel = z.object({
  name: z.string().min(1).max(80),
  color: z.string().regex(/^#[0-9a-f]{6}$/),
});

export const listLabels = () => new Response("all labels");

/** What a contender without schemas of its own does: what one writes by hand. */
export async function createLabel(request: Request): Promise<Response> {
  const parsed = newLabel.safeParse(await request.json().catch(() => undefined));
  if (!parsed.success) return Response.json({ issues: parsed.error.issues }, { status: 400 });
  return Response.json(parsed.data, { status: 201 });
}
