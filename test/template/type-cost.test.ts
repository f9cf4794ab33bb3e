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
const limit: Guard<{ requestId: string }, { remaining: number }> = () => ({ allow: true, locals: { remaining: 1 } });
const requireAuth: Guard<{ remaining: number }, { user: User }> = () => ({ allow: true, locals: { user: { id: "", role: "" } } });
const requireAdmin: Guard<{ user: User }, { admin: true }> = () => ({ allow: true, locals: { admin: true } });
const { route } = scope<{ requestId: string }>();
`;

const routeOf = (n: number) => `
  route.post("/orgs/:org/things${n}/:id<int>", {
    request: { body: z.object({ title${n}: z.string(), count: z.number() }) },
    guards: [limit, requireAuth, requireAdmin],
    resolve: (c) => {
      if (!c.input.ok) return Response.json(c.input.issues, { status: 400 });
      const { org, id } = c.params;
      const sum: number = id + c.input.body.count + c.locals.remaining;
      return Response.json({ org, sum, title: c.input.body.title${n}, user: c.locals.user.id, admin: c.locals.admin });
    },
  }),`;

/** The number of type instantiations for an app with this many routes, ten in each feature. */
function countInstantiations(routes: number): number {
  const features = Array.from({ length: Math.ceil(routes / 10) }, (_, n) => Math.min(10, routes - 10 * n));
  const lists = features.map((size, n) => {
    const table = Array.from({ length: size }, (_, i) => routeOf(10 * n + i)).join("");
    return `const feature${n} = [${table}];`;
  });
  const handlers = features.map((_, n) => `feature${n}`).join(", ");
  const app = `${lists.join("\n")}
    setup({ validator: standardValidator, onRequest: () => ({ requestId: "" }), handlers: [${handlers}] });`;
  writeFileSync(join(folder, `app${routes}.ts`), HEAD + app);
  const compilerOptions = { lib: ["es2024", "dom", "dom.iterable"], types: [] };
  const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: [`app${routes}.ts`], exclude: [] };
  const project = join(folder, `tsconfig.${routes}.json`);
  writeFileSync(project, JSON.stringify(config));
  const output = runTsc(project, "--extendedDiagnostics", "--singleThreaded");
  expect(readDiagnostics(output)).toEqual([]);
  return Number(/^Instantiations:\s+(\d+)/m.exec(output)?.[1]);
}

test("400 routes with three guards each take at most 150,000 type instantiations, and growth is linear", () => {
  const [one, some, many] = [countInstantiations(1), countInstantiations(200), countInstantiations(400)];
  console.info(`type instantiations: ${one} for 1 route, ${some} for 200, ${many} for 400`);
  expect(many).toBeLessThanOrEqual(150_000);
  expect(many - some).toBeLessThanOrEqual(1.1 * (some - one));
});
