/** The lifecycle in Hono: three middlewares, Hono's validator around each schema, and one middleware for both hooks. */
import { Hono, type MiddlewareHandler } from "hono";
import { validator } from "hono/validator";
import { answer, authenticate, body, identify, pathParams, permissionsOf, query, refuse, type User } from "./task.ts";

type Variables = { receivedAt: number; requestId: string; user: User; permissions: readonly string[] };

const requireId: MiddlewareHandler<{ Variables: Variables }> = async (c, next) => {
  c.set("requestId", identify(c.req.raw));
  await next();
};

const requireUser: MiddlewareHandler<{ Variables: Variables }> = async (c, next) => {
  const user = await authenticate(c.req.raw);
  if (!user) return refuse(401);
  c.set("user", user);
  await next();
};

const requireWrite: MiddlewareHandler<{ Variables: Variables }> = async (c, next) => {
  const permissions = permissionsOf(c.get("user"));
  if (!permissions.includes("tasks:write")) return refuse(403);
  c.set("permissions", permissions);
  await next();
};

const app = new Hono<{ Variables: Variables }>();

app.use(async (c, next) => {
  c.set("receivedAt", Date.now());
  await next();
  c.res.headers.set("x-received-at", String(c.get("receivedAt")));
});

app.post(
  "/api/teams/:team/tasks",
  requireId,
  requireUser,
  requireWrite,
  validator("param", (value) => {
    const parsed = pathParams.safeParse(value);
    return parsed.success ? parsed.data : refuse(400);
  }),
  validator("query", (value) => {
    const parsed = query.safeParse(value);
    return parsed.success ? parsed.data : refuse(400);
  }),
  validator("json", (value) => {
    const parsed = body.safeParse(value);
    return parsed.success ? parsed.data : refuse(400);
  }),
  (c) => {
    const inputs = { params: c.req.valid("param"), query: c.req.valid("query"), body: c.req.valid("json") };
    const { requestId, user, permissions } = c.var;
    return answer({ requestId, user, permissions, ...inputs });
  },
);

export const fetch = (request: Request): Response | Promise<Response> => app.fetch(request);
