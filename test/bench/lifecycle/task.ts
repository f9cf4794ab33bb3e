/** The task of the lifecycle benchmark: schemas, checks and a request, the same for every contender. */
import * as z from "zod";

export const pathParams = z.object({ team: z.string().min(1).max(40) });
export const query = z.object({ notify: z.enum(["true", "false"]), limit: z.coerce.number().int().min(1).max(100) });
export const body = z.object({
  title: z.string().min(1).max(200),
  priority: z.enum(["low", "normal", "high"]),
  tags: z.array(z.string().max(20)).max(10),
});

export interface User {
  readonly id: string;
  readonly role: string;
}

/** Asynchronous, as a database lookup would be. */
export async function authenticate(request: Request): Promise<User | undefined> {
  return request.headers.get("authorization") === "Bearer token" ? { id: "u1", role: "editor" } : undefined;
}

export const identify = (request: Request): string => request.headers.get("x-request-id") ?? "none";

export const permissionsOf = (user: User): readonly string[] => (user.role === "editor" ? ["tasks:write"] : []);

export interface Facts {
  readonly requestId: string;
  readonly user: User;
  readonly permissions: readonly string[];
  readonly params: z.infer<typeof pathParams>;
  readonly query: z.infer<typeof query>;
  readonly body: z.infer<typeof body>;
}

export function answer({ requestId, user, permissions, params, query, body }: Facts): Response {
  return Response.json({ requestId, user: user.id, permissions, ...params, ...query, ...body }, { status: 201 });
}

export const refuse = (status: number): Response => Response.json({ error: status }, { status });

const payload = JSON.stringify({ title: "Measure it", priority: "high", tags: ["bench", "core"] });
/** As an HTTP server would pass them on. */
const headers = {
  authorization: "Bearer token",
  "x-request-id": "r1",
  "content-type": "application/json",
  "content-length": String(payload.length),
};

export const createRequest = (): Request =>
  new Request("http://localhost/api/teams/red/tasks?notify=true&limit=5", { method: "POST", headers, body: payload });
