/** Typical uses of the core, each written as in an app. */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  type GuardFn,
  group,
  headGuard,
  type OnResponseHandler,
  route,
  setup,
  standardValidator,
  type Validator,
} from "../../../src/http/index.ts";
import { posting, read, send } from "./request.ts";

const requireAuth = headGuard((c) => {
  const name = c.request.headers.get("authorization")?.replace("Bearer ", "");
  if (!name) return { deny: Response.json({ error: "Unauthorized" }, { status: 401 }) };
  return { allow: true, locals: { user: { name, admin: name === "ada" } } };
});

const requireAdmin = (c: { locals: { user: { admin: boolean } } }) =>
  c.locals.user.admin ? { allow: true as const } : { deny: new Response("Forbidden", { status: 403 }) };

const as = (name: string) => ({ headers: { authorization: `Bearer ${name}` } });

/** A handwritten validator for zod. */
const zodValidator: Validator<z.ZodType> = {
  validate(schema, input, part) {
    const result = schema.safeParse(input);
    if (result.success) return { ok: true, value: result.data as never };
    const issues = result.error.issues.map(({ path, message, code }) => ({
      part,
      path: path.map(String),
      message,
      code,
    }));
    return { ok: false, issues, error: result.error as never };
  },
};

/** A guard that checks Content-Length in order to respond early. */
function refuseOver(bytes: number): GuardFn {
  return headGuard((c) => {
    const size = Number(c.request.headers.get("content-length") ?? 0);
    return size > bytes ? { deny: Response.json({ maxBytes: bytes }, { status: 413 }) } : { allow: true };
  });
}

/** A guard that allows a limited number of requests from each address. */
function limitRate(limit: number): GuardFn {
  const counts = new Map<string, number>();
  return headGuard((c) => {
    const address = c.request.headers.get("cf-connecting-ip") ?? "";
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count > limit ? { deny: new Response("Too Many Requests", { status: 429 }) } : { allow: true };
  });
}

const addRequestId: OnResponseHandler<{ requestId: string }> = ({ context, response }) => {
  const headers = new Headers(response.headers);
  headers.set("x-request-id", context.locals.requestId);
  return new Response(response.body, { status: response.status, headers });
};

export const cases: Record<string, () => void | Promise<void>> = {
  "a handler turns invalid input into 400 and valid input into 201": async () => {
    for (const validator of [standardValidator, zodValidator]) {
      const app = setup({
        validator,
        handlers: [
          route.post("/orgs/:org/users", {
            request: {
              params: z.object({ org: z.uuid() }),
              query: z.object({ notify: z.enum(["email", "none"]).default("email") }),
              body: z.object({ name: z.string().min(1), email: z.email() }),
            },
            resolve: ({ input }) => {
              if (!input.ok)
                return Response.json(
                  input.issues.map(({ part, path }) => [part, ...path]),
                  { status: 400 },
                );
              return Response.json([input.params.org, input.query.notify, input.body.name], { status: 201 });
            },
          }),
        ],
      });
      const org = "0190b4e0-7f3a-7cc0-8000-0123456789ab";
      const created = await send(app, `/orgs/${org}/users`, posting('{"name":"Ada","email":"ada@example.com"}'));
      assert.deepEqual([created.status, await created.json()], [201, [org, "email", "Ada"]]);
      const refused = await send(app, "/orgs/1/users?notify=sms", posting('{"name":"","email":"x"}'));
      const expected = [
        ["params", "org"],
        ["query", "notify"],
        ["body", "name"],
        ["body", "email"],
      ];
      assert.deepEqual([refused.status, await refused.json()], [400, expected]);
    }
  },

  "one guard authenticates, a later one authorizes, and the handler reads the user": async () => {
    const app = setup([
      route.get("/me", { guards: [requireAuth], resolve: (c) => new Response(c.locals.user.name) }),
      group({
        guards: [requireAuth, requireAdmin],
        handlers: [route.delete("/admin/users/:id", { resolve: (c) => new Response(c.params.id) })],
      }),
    ]);
    assert.equal((await send(app, "/me")).status, 401);
    assert.equal(await read(app, "/me", as("bob")), "bob");
    assert.equal((await send(app, "/admin/users/7", { method: "DELETE", ...as("bob") })).status, 403);
    assert.equal(await read(app, "/admin/users/7", { method: "DELETE", ...as("ada") }), "7");
  },

  "a catch-all route at the end matches everything else": async () => {
    const app = setup([
      route.get("/a", { resolve: () => new Response("a") }),
      route.all("/*", { resolve: (c) => Response.json({ error: "Not found", path: c.params["*"] }, { status: 404 }) }),
    ]);
    assert.equal(await read(app, "/a"), "a");
    const response = await send(app, "/x/y", { method: "POST" });
    assert.deepEqual([response.status, await response.json()], [404, { error: "Not found", path: "x/y" }]);
  },

  "notFound responds with 405 and Allow, to OPTIONS, and with 404": async () => {
    const app = setup({
      handlers: [
        route.get("/a", { resolve: () => new Response("a") }),
        route.post("/a", { resolve: () => new Response("b") }),
      ],
      notFound: ({ request, allowedMethods }) => {
        if (allowedMethods.length === 0) return new Response("Not Found", { status: 404 });
        const status = request.method === "OPTIONS" ? 204 : 405;
        return new Response(null, { status, headers: { allow: allowedMethods.join(", ") } });
      },
    });
    const ask = async (path: string, method: string) => {
      const { status, headers } = await send(app, path, { method });
      return [status, headers.get("allow")];
    };
    assert.deepEqual(await ask("/a", "PUT"), [405, "GET, HEAD, POST"]);
    assert.deepEqual(await ask("/a", "OPTIONS"), [204, "GET, HEAD, POST"]);
    assert.deepEqual(await ask("/b", "GET"), [404, null]);
  },

  "onResponse puts the request id of onRequest on every response": async () => {
    const app = setup({
      onRequest: () => ({ requestId: "r1" }),
      onResponse: addRequestId,
      onError: ({ context }) =>
        new Response("error", { status: 500, headers: { "x-request-id": context.locals.requestId ?? "" } }),
      handlers: [
        route.get("/a", { resolve: () => new Response("a") }),
        route.get("/b", { guards: [requireAuth], resolve: () => new Response("b") }),
        route.get("/c", { resolve: () => Promise.reject(new Error("c")) }),
      ],
    });
    for (const [path, status] of [
      ["/a", 200],
      ["/b", 401],
      ["/c", 500],
      ["/d", 404],
    ] as const) {
      const response = await send(app, path);
      assert.deepEqual([response.status, response.headers.get("x-request-id")], [status, "r1"]);
    }
  },

  "CORS: a route responds to preflights and a hook adds the header": async () => {
    const allowOrigin: OnResponseHandler = ({ response }) => {
      response.headers.set("access-control-allow-origin", "*");
      return response;
    };
    const app = setup({
      onResponse: allowOrigin,
      handlers: [
        route.options("/*", {
          resolve: () => new Response(null, { status: 204, headers: { "access-control-allow-methods": "GET" } }),
        }),
        route.get("/a", { resolve: () => new Response("a") }),
      ],
    });
    const preflight = await send(app, "/a", { method: "OPTIONS" });
    assert.deepEqual([preflight.status, preflight.headers.get("access-control-allow-origin")], [204, "*"]);
    assert.equal((await send(app, "/a")).headers.get("access-control-allow-origin"), "*");
  },

  "guards respond with an early 413 and limit the request rate": async () => {
    const guards = [refuseOver(10), limitRate(2)];
    const app = setup([route.post("/upload", { guards, resolve: async (c) => new Response(await c.request.text()) })]);
    assert.equal((await send(app, "/upload", posting("x", { "content-length": "11" }))).status, 413);
    const from = (address: string) => send(app, "/upload", posting("x", { "cf-connecting-ip": address }));
    const statuses = [await from("a"), await from("a"), await from("a"), await from("b")].map(({ status }) => status);
    assert.deepEqual(statuses, [200, 200, 429, 200]);
  },
};
