/** Apps of Candor and Hono with the same routes, and a typed client that calls each route once. */

export type Framework = "candor" | "hono";

const ROUTES_PER_GROUP = 10;

const numbersTo = (count: number) => Array.from({ length: count }, (_, n) => n);

/** The schemas, and the types that handlers and clients read of them: the cost of zod without any framework. */
export function schemasSource(routes: number): string {
  const schemas = numbersTo(routes).map(
    (n) => `
export const body${n} = z.object({ title${n}: z.string(), count: z.number() });
export const thing${n} = z.object({ id${n}: z.string(), sum: z.number() });
export const read${n} = (value: (typeof body${n})["_output"], thing: (typeof thing${n})["_output"]) =>
  [value.count, value.title${n}, thing.id${n}, thing.sum];
export const sent${n} = (value: (typeof body${n})["_input"], thing: (typeof thing${n})["_input"]) =>
  [value.count, value.title${n}, thing.id${n}, thing.sum];`,
  );
  return `import * as z from "zod";${schemas.join("")}`;
}

/** The app and, if asked for, the calls. */
export function appSource(framework: Framework, routes: number, withClient: boolean): string {
  const { head, groupOf, appOf, client, callOf } = SOURCES[framework];
  const groups = numbersTo(Math.ceil(routes / ROUTES_PER_GROUP));
  const lists = groups.map((group) =>
    groupOf(group, numbersTo(routes).slice(group * ROUTES_PER_GROUP, (group + 1) * ROUTES_PER_GROUP)),
  );
  const calls = withClient ? [client, ...numbersTo(routes).map(callOf)] : [];
  return [`import * as schemas from "./schemas.ts";${head}`, ...lists, appOf(groups), ...calls].join("\n");
}

interface Source {
  readonly head: string;
  readonly groupOf: (group: number, routes: readonly number[]) => string;
  readonly appOf: (groups: readonly number[]) => string;
  readonly client: string;
  readonly callOf: (route: number) => string;
}

const USER = "interface User { readonly id: string; readonly role: string }";

const SOURCES: Readonly<Record<Framework, Source>> = {
  candor: {
    head: `
import { type Guard, type OperationsOf, scope, setup, standardValidator } from "../../../src/http/index.ts";
import { client } from "../../../src/web/contract/client.ts";
${USER}
interface Base { readonly requestId: string }
const limit: Guard<Base, { remaining: number }> = () => ({ allow: true, locals: { remaining: 1 } });
const requireAuth: Guard<{ remaining: number }, { user: User }> = () => ({ allow: true, locals: { user: { id: "", role: "" } } });
const requireAdmin: Guard<{ user: User }, { admin: true }> = () => ({ allow: true, locals: { admin: true } });
const { group } = scope<Base>();
const { route } = scope<Base & { remaining: number }>();`,
    groupOf: (group, routes) =>
      `const group${group} = group({ guards: [limit], handlers: [${routes
        .map(
          (n) => `
  route.post("/orgs/:org/things${n}/:id", {
    request: { body: schemas.body${n} },
    responses: { 200: schemas.thing${n} },
    guards: [requireAuth, requireAdmin],
    resolve: (c) => {
      if (!c.input.ok) return Response.json({ detail: "" }, { status: 400 });
      const { title${n}: title, count } = c.input.body;
      const { user, admin, remaining } = c.locals;
      return Response.json({ id${n}: \`\${c.params.org} \${c.params.id} \${title} \${user.id} \${admin}\`, sum: count + remaining });
    },
  }),`,
        )
        .join("")}] });`,
    appOf: (groups) => `const handlers = [${groups.map((group) => `group${group}`).join(", ")}];
setup({ validator: standardValidator, onRequest: () => ({ requestId: "" }), handlers });`,
    client: `const api = client<OperationsOf<typeof handlers>>("http://localhost");`,
    callOf: (n) => `export async function call${n}() {
  const response = await api["POST /orgs/:org/things${n}/:id"]({ params: { org: "a", id: "1" }, body: { title${n}: "t", count: 1 } });
  return response.status === 200 ? response.body.id${n} : response.body.detail;
}`,
  },
  hono: {
    head: `
import { Hono } from "hono";
import { hc } from "hono/client";
import { createMiddleware } from "hono/factory";
import { validator } from "hono/validator";
${USER}
const limit = createMiddleware<{ Variables: { remaining: number } }>((c, next) => { c.set("remaining", 1); return next(); });
const requireAuth = createMiddleware<{ Variables: { user: User } }>((c, next) => { c.set("user", { id: "", role: "" }); return next(); });
const requireAdmin = createMiddleware<{ Variables: { admin: true } }>((c, next) => { c.set("admin", true); return next(); });`,
    groupOf: (group, routes) =>
      `const group${group} = new Hono<{ Variables: { remaining: number } }>().use(limit)${routes
        .map(
          (n) => `
  .post("/orgs/:org/things${n}/:id", requireAuth, requireAdmin,
    validator("json", (value, c) => {
      const parsed = schemas.body${n}.safeParse(value);
      return parsed.success ? parsed.data : c.json({ detail: "" }, 400);
    }),
    (c) => {
      const { title${n}: title, count } = c.req.valid("json");
      const { user, admin, remaining } = c.var;
      return c.json({ id${n}: \`\${c.req.param("org")} \${c.req.param("id")} \${title} \${user.id} \${admin}\`, sum: count + remaining }, 200);
    },
  )`,
        )
        .join("")};`,
    appOf: (groups) => `const app = new Hono()${groups.map((group) => `.route("/", group${group})`).join("")};
export default app;`,
    client: `const api = hc<typeof app>("http://localhost");`,
    callOf: (n) => `export async function call${n}() {
  const response = await api.orgs[":org"].things${n}[":id"].$post({ param: { org: "a", id: "1" }, json: { title${n}: "t", count: 1 } });
  if (response.status === 200) return (await response.json()).id${n};
  return (await response.json()).detail;
}`,
  },
};
