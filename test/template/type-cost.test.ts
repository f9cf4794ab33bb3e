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

const ROUTES_PER_GROUP = 10;

const schemaOf = (n: number) => `
const body${n} = z.object({ title${n}: z.string(), count: z.number() });`;

/** A route with three guards: that of its group, and two of its own. */
const routeOf = (n: number) => `
  route.post("/orgs/:org/things${n}/:id<int>", {
    request: { body: body${n} },
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

function numbersTo(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n);
}

/** An app with this many routes, in groups. */
function tableOf(routes: number): string {
  const groups = numbersTo(Math.ceil(routes / ROUTES_PER_GROUP)).map((n) =>
    numbersTo(routes).slice(n * ROUTES_PER_GROUP, (n + 1) * ROUTES_PER_GROUP),
  );
  const lists = groups.map(
    (numbers, n) => `
const group${n} = group({ guards: [limit], handlers: [${numbers.map(routeOf).join("")}] });`,
  );
  const handlers = groups.map((_, n) => `group${n}`).join(", ");
  return `${lists.join("")}
setup({ validator: standardValidator, onRequest: () => ({ requestId: "" }), handlers: [${handlers}] });`;
}

function countInstantiations(name: string, code: string): number {
  writeFileSync(join(folder, `${name}.ts`), HEAD + code);
  const compilerOptions = { lib: ["es2024", "dom", "dom.iterable"], types: [] };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [`${name}.ts`], exclude: [] };
  const project = join(folder, `tsconfig.${name}.json`);
  writeFileSync(project, JSON.stringify(config));
  const output = runTsc(project, "--extendedDiagnostics", "--singleThreaded");
  expect(readDiagnostics(output)).toEqual([]);
  return Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]);
}

/** The cost of the table alone: that of the whole file, minus that of the same file without its routes. */
function costOf(routes: number): { readonly table: number; readonly schemas: number } {
  const code = numbersTo(routes).map(schemaOf).join("");
  const schemas = countInstantiations(`schemas${routes}`, code + numbersTo(routes).map(readOf).join(""));
  return { table: countInstantiations(`app${routes}`, code + tableOf(routes)) - schemas, schemas };
}

test("400 routes in groups, with three guards each, take at most 100,000 instantiations beyond those of their schemas", () => {
  const [few, some, many] = [costOf(100), costOf(200), costOf(400)];
  const describe = ({ table, schemas }: typeof few) => `${table} (and ${schemas} for the schemas)`;
  console.info(`type instantiations for 100, 200, 400 routes: ${[few, some, many].map(describe).join(", ")}`);
  expect(many.table).toBeLessThanOrEqual(100_000);
  // Growth is linear.
  expect(many.table - some.table).toBeLessThanOrEqual(2.1 * (some.table - few.table));
});
