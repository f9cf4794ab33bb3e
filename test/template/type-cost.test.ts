/** Limits the cost of type-checking a large table. It counts type instantiations, so no timer is involved. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { readDiagnostics, root, runTsc } from "../http/types/tsc.ts";

const folder = mkdtempSync(join(tmpdir(), "candor-cost-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HEAD = `
import { z } from "${root}node_modules/zod/index.js";
import { type Guard, scope, setup, standardValidator } from "${root}src/http/index.ts";
interface User { readonly id: string; readonly role: string }
interface Base { readonly requestId: string }
const limit: Guard<{ requestId: string }, { remaining: number }> = () => ({ allow: true, locals: { remaining: 1 } });
const requireAuth: Guard<{ remaining: number }, { user: User }> = () => ({ allow: true, locals: { user: { id: "", role: "" } } });
const requireAdmin: Guard<{ user: User }, { admin: true }> = () => ({ allow: true, locals: { admin: true } });
const { group } = scope<Base>();
const { route } = scope<Base & { remaining: number }>();
`;

const CLIENT_HEAD = `
import type { OperationsOf } from "${root}src/http/index.ts";
import { client } from "${root}src/web/contract/client.ts";
export type Facts = [import("${root}src/web/contract/bodies.ts").Problem, RequestInit];
`;

const ROUTES_PER_GROUP = 10;

const schemaOf = (n: number) => `
const body${n} = z.object({ title${n}: z.string(), count: z.number() });`;

/** A route with three guards: that of its group, and two of its own. */
const routeOf = (n: number, options = "") => `
  route.post("/orgs/:org/things${n}/:id<int>", {
    request: { body: body${n} },${options}
    guards: [requireAuth, requireAdmin],
    resolve: (c) => {
      if (!c.input.ok) return Response.json(c.input.issues, { status: 400 });
      const { org, id } = c.params;
      const sum: number = id + c.input.body.count + c.locals.remaining;
      return Response.json({ org, sum, title: c.input.body.title${n}, user: c.locals.user.id, admin: c.locals.admin });
    },
  }),`;

/**
 * What a handler reads of its body, so that zod resolves the output types of the schemas without the table as well.
 * `_output` is the cheapest way to ask for them.
 */
const readOf = (n: number) => `
export const read${n} = (value: (typeof body${n})["_output"]) => [value.count, value.title${n}];`;

const responseSchemaOf = (n: number) => `
const thing${n} = z.object({ id${n}: z.string(), sum: z.number() });`;

/** The types that a client reads: the inputs of the schemas. */
const readByClientOf = (n: number) => `
export const sent${n} = (value: (typeof body${n})["_input"]) => [value.count, value.title${n}];
export const received${n} = (value: (typeof thing${n})["_input"]) => [value.id${n}, value.sum];`;

const callOf = (n: number) => `
export async function call${n}() {
  const input = { params: { org: "a", id: 1 }, body: { title${n}: "t", count: 1 } };
  const response = await api["POST /orgs/:org/things${n}/:id<int>"](input);
  return response.status === 200 ? response.body.id${n} : response.body.detail;
}`;

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** An app with this many routes, in groups. */
function tableOf(routes: number, optionsOf: (n: number) => string = () => ""): string {
  const groups = numbersTo(Math.ceil(routes / ROUTES_PER_GROUP)).map((n) =>
    numbersTo(routes).slice(n * ROUTES_PER_GROUP, (n + 1) * ROUTES_PER_GROUP),
  );
  const lists = groups.map((numbers, n) => {
    const handlers = numbers.map((number) => routeOf(number, optionsOf(number))).join("");
    return `\nconst group${n} = group({ guards: [limit], handlers: [${handlers}] });`;
  });
  return `${lists.join("")}
const handlers = [${groups.map((_, n) => `group${n}`).join(", ")}];
setup({ validator: standardValidator, onRequest: () => ({ requestId: "" }), handlers });`;
}

function countInstantiations(name: string, code: string): number {
  writeFileSync(join(folder, `${name}.ts`), HEAD + code);
  const types = [join(root, "node_modules/@cloudflare/workers-types/index.ts")];
  const config = {
    extends: join(root, "tsconfig.json"),
    compilerOptions: { types },
    include: [`${name}.ts`],
    exclude: [],
  };
  const project = join(folder, `tsconfig.${name}.json`);
  writeFileSync(project, JSON.stringify(config));
  const output = runTsc(project, "--extendedDiagnostics", "--singleThreaded");
  expect(readDiagnostics(output)).toEqual([]);
  return Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]);
}

interface Cost {
  /** The cost of the schemas: that of the same file without the routes and calls. */
  readonly schemas: number;
  /** The cost beyond that of the schemas. */
  readonly own: number;
}

function costOfTable(routes: number): Cost {
  const code = numbersTo(routes).map(schemaOf).join("");
  const schemas = countInstantiations(`schemas${routes}`, code + numbersTo(routes).map(readOf).join(""));
  return { own: countInstantiations(`app${routes}`, code + tableOf(routes)) - schemas, schemas };
}

/** With a response schema and a call for each route. */
function costOfClient(routes: number): Cost {
  const numbers = numbersTo(routes);
  const code = CLIENT_HEAD + numbers.map((n) => schemaOf(n) + responseSchemaOf(n)).join("");
  const reads = numbers.map((n) => readOf(n) + readByClientOf(n)).join("");
  const schemas = countInstantiations(`client-schemas${routes}`, code + reads);
  const table = tableOf(routes, (n) => `\n    responses: { 200: thing${n} },`);
  const api = `\nconst api = client<OperationsOf<typeof handlers>>("http://localhost");`;
  const calls = numbers.map(callOf).join("");
  return { own: countInstantiations(`client${routes}`, code + table + api + calls) - schemas, schemas };
}

/** Each with three guards, two of them shared by all routes. */
const cases = [
  { name: "400 routes in groups, with three guards each", costOf: costOfTable, limit: 100_000 },
  { name: "400 routes with responses, a client, and a call for each", costOf: costOfClient, limit: 250_000 },
];

test.each(cases)("$name, take at most $limit instantiations beyond those of their schemas", ({ costOf, limit }) => {
  const [few, some, many] = [costOf(100), costOf(200), costOf(400)];
  const describe = ({ own, schemas }: Cost) => `${own} (and ${schemas} for the schemas)`;
  console.info(`type instantiations for 100, 200, 400 routes: ${[few, some, many].map(describe).join(", ")}`);
  expect(many.own).toBeLessThanOrEqual(limit);
  // Growth is linear.
  expect(many.own - some.own).toBeLessThanOrEqual(2.1 * (some.own - few.own));
});
