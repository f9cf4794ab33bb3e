/** Code that must compile with exactly these types. It never runs. */
import { z } from "zod";
import {
  type Context,
  type Guard,
  type GuardFn,
  group,
  type Handler,
  type HeadContext,
  headGuard,
  type InferSchemaInput,
  type InputErr,
  type OnResponseHandler,
  type Operation,
  type OperationsOf,
  type Outcome,
  type RouteParams,
  route,
  type SchemaLike,
  scope,
  setup,
  standardValidator,
  type Validator,
} from "../../../src/http/index.ts";
import { type AppLocals, loadNote, type Note, requireAdmin, requireAuth, type User, user } from "./guards.ts";

const ok = () => new Response("ok");

type Flat<T> = T extends object ? { [K in keyof T]: T[K] } : T;
type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * Compiles only if the type of the value is exactly `TExpected`. An intersection equals the object
 * type with the same members. Returns a response, so that a handler can consist of this call.
 */
function exactly<TExpected>() {
  return <T>(_value: T, ..._same: Equal<Flat<T>, Flat<TExpected>> extends true ? [] : [never, T]) => ok();
}

// Path parameters, typed from the pattern.

route.get("/", { resolve: (c) => exactly<{}>()(c.params) });
route.get("/users/:id", { resolve: (c) => exactly<{ readonly id: string }>()(c.params) });
route.get("/users/:id<int>", { resolve: (c) => exactly<{ readonly id: number }>()(c.params) });
route.get("/users/:id<uint>", { resolve: (c) => exactly<{ readonly id: number }>()(c.params) });
route.get("/users/:id<uuid>", { resolve: (c) => exactly<{ readonly id: string }>()(c.params) });
route.get("/users/:id?", { resolve: (c) => exactly<{ readonly id?: string }>()(c.params) });
route.get("/pages/:page<uint>?", { resolve: (c) => exactly<{ readonly page?: number }>()(c.params) });
route.get("/static/*", { resolve: (c) => exactly<{ readonly "*": string }>()(c.params) });
route.get("/users/:id<int>/posts/:slug/*", {
  resolve: (c) => {
    exactly<{ readonly id: number; readonly slug: string; readonly "*": string }>()(c.params);
    exactly<string | undefined>()(c.raw.params.id);
    return ok();
  },
});
route.on(["GET", "HEAD"], "/orgs/:org/repos/:repo<uint>", {
  resolve: (c) => exactly<{ readonly org: string; readonly repo: number }>()(c.params),
});
route.on("PURGE", "/cache/:key", { resolve: (c) => new Response(c.params.key) });
declare const method: string;
declare const methods: readonly string[];
route.on(method, "/cache/:key", { resolve: (c) => new Response(c.params.key) });
route.on(methods, "/cache/:key", { resolve: (c) => new Response(c.params.key) });
route.get("/files/:name.:extension", {
  resolve: (c) => exactly<string | undefined>()(c.params.name),
});

declare const params: RouteParams<"/a/:b/:c<int>">;
exactly<{ readonly b: string; readonly c: number }>()(params);

// Inputs, typed by the output of their schemas.

const Limit = z.object({
  limit: z.string().transform(Number),
  sort: z.string().default("name"),
  q: z.string().optional(),
});
const NoteBody = z.object({ title: z.string(), tags: z.array(z.string()).default([]) });

route.post("/notes/:id", {
  request: { params: z.object({ id: z.coerce.number() }), query: Limit, body: NoteBody },
  resolve: (c) => {
    exactly<boolean>()(c.input.ok);
    if (!c.input.ok) {
      exactly<InputErr>()(c.input);
      return Response.json({ failed: c.input.failed, issues: c.input.issues }, { status: 400 });
    }
    exactly<{ id: number }>()(c.input.params);
    exactly<{ limit: number; sort: string; q?: string | undefined }>()(c.input.query);
    exactly<{ title: string; tags: string[] }>()(c.input.body);
    return ok();
  },
});

route.get("/search", {
  request: { query: Limit },
  resolve: (c) => {
    if (c.input.ok) exactly<unknown>()(c.input.body);
    return ok();
  },
});

const Positive: SchemaLike<number, string> = {
  safeParse: (input) =>
    typeof input === "number" && input > 0 ? { success: true, data: input } : { success: false, error: "not positive" },
};

const Trimmed = {
  "~standard": {
    version: 1,
    vendor: "handmade",
    validate: (value: unknown) =>
      typeof value === "string" ? { value: value.trim() } : { issues: [{ message: "not a string", path: ["name"] }] },
    types: undefined as { readonly input: unknown; readonly output: string } | undefined,
  },
} as const;

const handmade = route.post("/handmade", {
  request: { query: Trimmed, body: Positive },
  resolve: (c) => {
    if (!c.input.ok) return ok();
    exactly<string>()(c.input.query);
    exactly<number>()(c.input.body);
    return ok();
  },
});

/** An adapter for one library, as an app would write it. */
const positives: Validator<SchemaLike> = {
  validate: (schema, input, part) => {
    const result = schema.safeParse(input);
    return result.success
      ? { ok: true, value: result.data }
      : { ok: false, issues: [{ part, path: [], message: String(result.error) }] };
  },
};

setup({ handlers: [handmade], validator: positives });
setup({ handlers: [handmade], validator: standardValidator });

// Locals flow from guards to later guards and the handler.

const app = scope<AppLocals>();

app.route.get("/notes/:id", {
  guards: [requireAuth, requireAdmin, loadNote],
  resolve: (c) => {
    exactly<Readonly<AppLocals & { user: User } & { note: Note }>>()(c.locals);
    return Response.json({ note: c.locals.note, owner: c.locals.user.id, requestId: c.locals.requestId });
  },
});

const requireToken = headGuard((c) => {
  const token = c.request.headers.get("authorization");
  if (!token) return { deny: new Response(null, { status: 401 }) };
  return { allow: true, locals: { token, at: Date.now() } };
});

const requireFreshToken = headGuard(async (c: HeadContext<{ token: string }>) =>
  c.locals.token === "" ? { deny: ok() } : { allow: true },
);

const onlyHead: Guard<{}, { size: number }> = headGuard((c) => ({
  allow: true,
  locals: { size: c.request.url.length },
}));

app.route.get("/head", {
  guards: [requireToken, requireFreshToken, onlyHead],
  resolve: (c) => {
    exactly<string>()(c.locals.token);
    exactly<number>()(c.locals.at);
    exactly<number>()(c.locals.size);
    return ok();
  },
});

interface Member {
  readonly member: { readonly id: string };
}

const requireMember: Guard<AppLocals, Member> = headGuard(async (c: HeadContext<AppLocals>) => {
  const locals: Member = { member: { id: c.locals.requestId } };
  return { allow: true, locals };
});

app.route.get("/interface", { guards: [requireMember], resolve: (c) => new Response(c.locals.member.id) });
app.group({
  guards: [requireMember],
  handlers: [scope<AppLocals & Member>().route.get("/member", { resolve: (c) => new Response(c.locals.member.id) })],
});

app.route.put("/inline", {
  guards: [
    requireAuth,
    (c) => (c.locals.requestId === "" ? { deny: ok() } : { allow: true, locals: { tenant: 7 } }),
    async (c: Context<unknown, unknown, unknown, { tenant: number; user: User }>) =>
      c.locals.user.role === "admin" ? { allow: true, locals: { shard: c.locals.tenant % 2 } } : { deny: ok() },
  ],
  resolve: (c) => {
    exactly<number>()(c.locals.tenant);
    exactly<number>()(c.locals.shard);
    return ok();
  },
});

const requireRole =
  (role: User["role"]): Guard<{ user: User }> =>
  (c) =>
    c.locals.user.role === role ? { allow: true } : { deny: new Response(null, { status: 403 }) };

const list = [requireAuth, requireRole("admin")] as const;
app.route.delete("/listed", { guards: list, resolve: (c) => new Response(c.locals.user.id) });

// Scopes and groups: the locals that a handler needs must be supplied around it.

const signedIn = scope<AppLocals & { user: User }>();
const withNote = scope<AppLocals & { user: User; note: Note }>();

const account = signedIn.route.get("/account", { resolve: (c) => new Response(c.locals.user.id + c.locals.requestId) });
const note = withNote.route.get("/note", { resolve: (c) => new Response(c.locals.note.id) });
const bare = route.get("/health", { resolve: ok });

const guarded = app.group({
  guards: [requireAuth],
  handlers: [account, bare, signedIn.group({ guards: [loadNote], handlers: [note, account] })],
  onResponse: ({ context }) => exactly<string>()(context.locals.requestId),
});
export const groups: Handler<AppLocals>[] = guarded;
exactly<Handler<AppLocals, OperationsOf<[typeof account, typeof bare, typeof note]>>[]>()(guarded);

// The type of a route carries its operation, through groups and lists.

type Keys<TOperation extends Operation> = TOperation extends Operation
  ? `${TOperation["method"]} ${TOperation["path"]}`
  : never;

const operations = [
  group({
    handlers: [
      route.get("/a/:id<uint>", { request: { query: Limit }, responses: { 200: NoteBody, 204: Trimmed }, resolve: ok }),
      [[route.post("/a", { request: { body: NoteBody }, resolve: ok })]],
    ],
  }),
  route.on(["PUT", "PATCH"], "/b", { resolve: ok }),
  route.all("/c", { resolve: ok }),
  route.get(String("/d"), { resolve: ok }),
  route.on(method, "/e", { resolve: ok }),
];
declare const key: Keys<OperationsOf<typeof operations>>;
exactly<"GET /a/:id<uint>" | "POST /a" | "PUT /b" | "PATCH /b">()(key);

type OperationAt<TPath> = Extract<OperationsOf<typeof operations>, { readonly path: TPath }>;
declare const read: OperationAt<"/a/:id<uint>">;
exactly<
  Operation<"GET", "/a/:id<uint>", unknown, typeof Limit, unknown, { 200: typeof NoteBody; 204: typeof Trimmed }>
>()(read);
declare const write: OperationAt<"/a">["body"];
exactly<typeof NoteBody>()(write);

const handlerList: Handler[] = [route.get("/bare", { resolve: ok })];
declare const noKey: Keys<OperationsOf<typeof handlerList>>;
exactly<never>()(noKey);

// What a client sends is the input of a schema.

declare const sentQuery: InferSchemaInput<typeof Limit>;
exactly<{ limit: string; sort?: string | undefined; q?: string | undefined }>()(sentQuery);
declare const sentByHand: InferSchemaInput<{
  readonly "~standard": { readonly types?: { readonly input: 1; readonly output: 2 } };
}>;
exactly<1>()(sentByHand);
declare const sentUnknown: InferSchemaInput<typeof Positive>;
exactly<unknown>()(sentUnknown);

// Lists of handlers nest to any depth.

const deep = [bare, [account, [bare, [[account], [[]]]]]];
app.group({ guards: [requireAuth], handlers: deep });
setup([[[[[[bare]]]]]]);
setup({ onRequest: () => ({ requestId: "r1", startedAt: 0, user }), handlers: [deep, [[deep]], [[[guarded]]]] });

// A guard may read an optional local that nothing supplies, that is supplied before it, or that it supplies itself.

const requireCsrf: Guard<Pick<AppLocals, "requestId"> & { user?: User }> = () => ({ allow: true });
const onlyOptional: Guard<{ user?: User; note?: string }> = () => ({ allow: true });
const refreshUser: Guard<{ user?: User }, { user: User }> = (c) => ({ allow: true, locals: { user, ...c.locals } });

app.route.post("/csrf", { guards: [requireCsrf, onlyOptional], resolve: ok });
app.route.post("/csrf-after", { guards: [requireAuth, requireCsrf, onlyOptional, refreshUser], resolve: ok });
app.group({ guards: [refreshUser, requireCsrf, refreshUser], handlers: [account] });
route.post("/csrf-bare", { guards: [onlyOptional, requireToken, onlyOptional], resolve: ok });

// Hooks: the handlers may rely on the locals that onRequest returns.

const onResponse: OnResponseHandler = ({ outcome }) =>
  exactly<Exclude<Outcome, { readonly kind: "failed" }>>()(outcome);

setup({
  onRequest: () => ({ requestId: "r1", startedAt: 0, extra: true }),
  handlers: [guarded, bare],
  onResponse: [({ context }) => exactly<boolean>()(context.locals.extra), onResponse],
  onError: ({ context, error }) =>
    error instanceof TypeError ? exactly<string | undefined>()(context.locals.requestId) : undefined,
  notFound: (c) => (c.allowedMethods.length > 0 ? exactly<string>()(c.locals.requestId) : ok()),
});
setup({ onRequest: async () => ({ requestId: "r1", startedAt: 0 }), handlers: guarded });
setup({ onRequest: (): AppLocals => ({ requestId: "r1", startedAt: 0 }), handlers: [guarded, [bare]] });
setup({
  onRequest: async ({ request }): Promise<AppLocals> => ({ requestId: request.url, startedAt: 0 }),
  handlers: [guarded],
});
setup({ onRequest: ({ request }) => ({ requestId: request.url, startedAt: 0 }), handlers: [guarded] });
setup({ handlers: [guarded], onRequest: async ({ env }) => ({ requestId: String(env), startedAt: 0 }) });
setup({ onRequest: () => {}, handlers: [bare] });
setup({ onRequest: [() => ({ requestId: "r1", startedAt: 0 }), () => undefined], handlers: [guarded] });
signedIn.setup({ onRequest: () => ({ requestId: "r1", startedAt: 0, user }), handlers: [account] });
setup([bare]);
setup([group({ guards: [requireAuth], handlers: [bare] }), bare]);

/** The platform's arguments, as in a Worker. */
interface Env {
  readonly SECRET: string;
}

interface Ctx {
  waitUntil(work: Promise<unknown>): void;
}

declare const env: Env;
declare const ctx: Ctx;
const request = new Request("http://localhost/");

const worker = setup({
  onRequest: (info: { request: Request; env: Env; ctx: Ctx }) => ({ secret: info.env.SECRET, ctx: info.ctx }),
  handlers: [scope<{ secret: string; ctx: Ctx }>().route.get("/", { resolve: (c) => new Response(c.locals.secret) })],
});
exactly<Promise<Response>>()(worker.fetch(request, env, ctx));
({ fetch: worker.fetch }) satisfies { fetch(request: Request, env: Env, ctx: Ctx): Promise<Response> };
declare const supply: (info: { request: Request; env: Env; ctx: Ctx }) => AppLocals;
declare const check: (info: { request: Request; env: Env }) => undefined;
exactly<Promise<Response>>()(setup({ onRequest: [supply, check], handlers: [guarded] }).fetch(request, env, ctx));
setup([bare]).fetch(request);
setup([bare]).fetch(request, env, ctx);

// Bare exports and GuardFn, with unknown locals.

const requireKey: GuardFn = (c) =>
  c.request.headers.get("x-api-key")
    ? { allow: true, locals: { key: 1 } }
    : { deny: new Response(null, { status: 401 }) };

const isAdmin: GuardFn = (c) => {
  const found = c.locals.user as User | undefined;
  return found?.role === "admin" ? { allow: true } : { deny: Response.json({ error: "Forbidden" }, { status: 403 }) };
};

const reference = route.post("/orgs/:orgId/users", {
  request: { params: z.object({ orgId: z.string() }), body: z.object({ name: z.string() }) },
  guards: [requireKey, isAdmin],
  resolve: async (c) => {
    exactly<Readonly<Record<string, unknown>>>()(c.locals);
    if (!c.input.ok) return Response.json({ error: "Invalid input", issues: c.input.issues }, { status: 400 });
    return Response.json({ org: c.input.params.orgId, name: c.input.body.name, key: c.locals.key }, { status: 201 });
  },
});

setup({
  handlers: [group({ guards: [isAdmin], handlers: [reference, [bare]] })],
  validator: standardValidator,
  onRequest: () => ({ requestId: crypto.randomUUID(), startTime: Date.now() }),
  onResponse: ({ context, response }) => {
    response.headers.set("X-Request-Id", context.locals.requestId);
    return response;
  },
  onError: ({ context, error }) =>
    Response.json({ error: String(error), id: context.locals.requestId }, { status: 500 }),
}).fetch(request);

/** Inline guards, whose parameters the compiler types last, supply the locals that handlers of a group need. */
const inPlace = scope<{ requestId: string }>();
const needsName = scope<{ requestId: string; name: string }>().route.get("/named", {
  resolve: (c) => new Response(c.locals.name),
});
export const namedInPlace = [
  inPlace.group({ guards: [(c) => ({ allow: true, locals: { name: c.locals.requestId } })], handlers: [needsName] }),
  inPlace.group({
    guards: [headGuard((c) => ({ allow: true, locals: { name: c.request.url } }))],
    handlers: [needsName],
  }),
  inPlace.group({
    onResponse: ({ response }) => response,
    guards: [
      () => ({ allow: true, locals: { name: "n" } }),
      (c) => ({ allow: true, locals: { id: c.locals.requestId } }),
    ],
    handlers: [needsName],
  }),
];
