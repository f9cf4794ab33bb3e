/** The type names of the reference chapter, each used as written there. This code must compile. It never runs. */
import { z } from "zod";
import {
  type Config,
  type Context,
  type GroupOptions,
  type GuardFn,
  type GuardResult,
  group,
  type Handler,
  type HandlerFn,
  headGuard,
  type InferInput,
  type InferSchema,
  type InferSchemaError,
  type InputErr,
  type InputOk,
  type InputState,
  type OnErrorHandler,
  type OnRequestHandler,
  type OnResponseHandler,
  type RawValues,
  type RequestSchemas,
  type RouteConfig,
  type RouteParams,
  route,
  type SafeParseFailure,
  type SafeParseResult,
  type SafeParseSuccess,
  type SchemaLike,
  setup,
  standardValidator,
  type ValidateErr,
  type ValidateOk,
  type ValidateResult,
} from "../../../src/http/index.ts";

interface User {
  readonly id: string;
  readonly role: string;
}

declare function verifyToken(token: string): User | undefined;

// Guards: a constant, a factory, a factory with an asynchronous guard, and one that takes a function of the context.

const requireAuth: GuardFn = (c) => {
  const token = c.request.headers.get("authorization");
  if (!token) return { deny: Response.json({ error: "Unauthorized" }, { status: 401 }) };
  const user = verifyToken(token);
  if (!user) return { deny: Response.json({ error: "Invalid token" }, { status: 401 }) };
  return { allow: true, locals: { user, userId: user.id } };
};

const requireRole = (role: string): GuardFn => {
  return (c) => {
    const user = c.locals.user as User | undefined;
    if (user?.role !== role) return { deny: Response.json({ error: "Forbidden" }, { status: 403 }) };
    return { allow: true };
  };
};

const requireOwnership = (find: (c: Context) => Promise<{ ownerId: string } | null>): GuardFn => {
  return async (c) => {
    const found = await find(c);
    return found?.ownerId === c.locals.userId ? { allow: true } : { deny: new Response(null, { status: 403 }) };
  };
};

const limitRate = (max: number, keyOf: (c: Context) => string = (c) => c.request.url): GuardFn => {
  const counts = new Map<string, number>();
  return (c) => {
    const count = counts.get(keyOf(c)) ?? 0;
    counts.set(keyOf(c), count + 1);
    return count < max ? { allow: true, locals: { count } } : { deny: new Response(null, { status: 429 }) };
  };
};

const requireKey: GuardFn = headGuard((c) =>
  c.request.headers.has("x-api-key") ? { allow: true } : { deny: new Response(null, { status: 401 }) },
);

function decide(c: Context): GuardResult {
  return c.input.ok
    ? { allow: true, locals: { seen: c.raw.params.id } }
    : { deny: new Response(null, { status: 400 }) };
}

// Handlers and their options.

const show: HandlerFn = async (c) => Response.json({ id: c.raw.params.id, user: c.locals.user, ok: c.input.ok });
const config: RouteConfig = { guards: [requireAuth, decide], resolve: show };
const schemas: RequestSchemas = { body: z.object({ name: z.string() }) };
const create: RouteConfig = { request: schemas, resolve: (c) => Response.json(c.input.ok ? c.input.body : null) };

const users: Handler[] = [
  route.get("/users/:id", config),
  route.post("/users", create),
  route.on("PROPFIND", "/users", { resolve: show }),
  route.delete("/users/:id", {
    guards: [requireAuth, requireRole("admin"), requireOwnership(async (c) => ({ ownerId: c.raw.params.id ?? "" }))],
    resolve: () => new Response(null, { status: 204 }),
  }),
];
const groupOptions: GroupOptions = {
  guards: [limitRate(10), requireKey, requireAuth],
  handlers: [users, route.get("/a", config)],
};
const grouped: Handler[] = group(groupOptions);

/** A group of one's own. */
function adminGroup({ guards = [], ...rest }: GroupOptions): Handler[] {
  return group({ ...rest, guards: [requireAuth, requireRole("admin"), ...guards] });
}

const deepOptions: GroupOptions = { handlers: [users, [grouped, [[users]]]] };
const deepConfig: Config = { handlers: [users, [grouped, [group(deepOptions), [users]]]] };
setup(deepConfig);

const nested: Handler[][] = [users, grouped, adminGroup({ handlers: [users, grouped] })];
const byHand: Handler = {
  method: ["GET", "POST"],
  path: "/by-hand",
  handler: show,
  guards: [requireAuth],
  request: {},
};

// Hooks and setup.

const onRequest: OnRequestHandler = ({ request }) => ({
  requestId: request.headers.get("x-id"),
  startTime: Date.now(),
});
const quiet: OnRequestHandler = (info) => void info.request;
const later: OnRequestHandler = async () => ({ requestId: crypto.randomUUID() });
const onResponse: OnResponseHandler = ({ context, response }) => {
  const headers = new Headers(response.headers);
  headers.set("X-Request-Id", String(context.locals.requestId));
  return new Response(response.body, { status: response.status, headers });
};
const onError: OnErrorHandler = ({ error, context }) =>
  Response.json({ error: String(error), path: context.request.url }, { status: 500 });

const options: Config = {
  handlers: [users, grouped, byHand],
  onRequest,
  onResponse,
  onError,
  validator: standardValidator,
};
const app = setup(options);
setup(users);
setup(nested);
setup({ handlers: [...users, ...grouped] });
setup({ handlers: nested, onRequest: [onRequest, quiet, later] });
setup({ handlers: app.handlers, onRequest: () => ({ env: {} }) }).fetch(new Request("http://localhost/"));
setup({ handlers: users.map((handler) => ({ ...handler, guards: [requireAuth, ...(handler.guards ?? [])] })) });

// The remaining names.

const schema = z.object({ name: z.string() });
export const outputs: [InferSchema<typeof schema>, InferInput<typeof schema>] = [{ name: "a" }, { name: "b" }];
export declare const failure: InferSchemaError<typeof schema>;
export const firstIssue: string | undefined = failure.issues[0]?.message;
export const pathParams: RouteParams<"/orgs/:orgId/repos/:repoId"> = { orgId: "1", repoId: "2" };
export const raw: RawValues = { params: { id: "1" }, query: { tag: ["a", "b"], q: undefined } };
export const ok: InputOk = { ok: true, params: {}, query: {}, body: undefined };
export const err: InputErr = { ok: false, failed: ["body"], issues: [], received: { body: 1 } };
export const states: InputState[] = [ok, err];
export const parsed: SafeParseResult<string, Error>[] = [
  { success: true, data: "a" } satisfies SafeParseSuccess<string>,
  { success: false, error: new Error() } satisfies SafeParseFailure<Error>,
];
export const like: SchemaLike<string, Error> = { safeParse: () => ({ success: true, data: "a" }) };
export const results: ValidateResult[] = [
  { ok: true, value: 1 } satisfies ValidateOk<number>,
  { ok: false, issues: [] } satisfies ValidateErr,
];
