/** The lifecycle, handwritten in one function. */
import { answer, authenticate, body, identify, pathParams, permissionsOf, query, refuse } from "./task.ts";

export async function fetch(request: Request): Promise<Response> {
  const receivedAt = Date.now();
  const url = new URL(request.url);
  const match = /^\/api\/teams\/([^/]+)\/tasks$/.exec(url.pathname);
  if (!match || request.method !== "POST") return refuse(404);
  const requestId = identify(request);
  const user = await authenticate(request);
  if (!user) return refuse(401);
  const permissions = permissionsOf(user);
  if (!permissions.includes("tasks:write")) return refuse(403);
  const parsedParams = pathParams.safeParse({ team: match[1] });
  const parsedQuery = query.safeParse(Object.fromEntries(url.searchParams));
  const parsedBody = body.safeParse(await request.json().catch(() => undefined));
  if (!parsedParams.success || !parsedQuery.success || !parsedBody.success) return refuse(400);
  const inputs = { params: parsedParams.data, query: parsedQuery.data, body: parsedBody.data };
  const response = answer({ requestId, user, permissions, ...inputs });
  response.headers.set("x-received-at", String(receivedAt));
  return response;
}
