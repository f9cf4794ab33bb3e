/** Measures the cost of the types: instantiations at 400 routes, and for each further route. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { printTable, type Row } from "./report.ts";
import { withTemporaryFolder } from "./temporary.ts";

const FEW = 50;
const MANY = 400;

/** Measures with three guards shared by all routes, as in an app, and with three separate guards for each route. */
export async function measureTypes(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const owner of ["shared", "own"] as const) {
    const few = await instantiations(FEW, owner);
    const many = await instantiations(MANY, owner);
    const each = Math.round((many - few) / (MANY - FEW));
    const candor = `${many.toLocaleString("en")}, ${each.toLocaleString("en")} a route`;
    rows.push({ what: `types: instantiations at ${MANY} routes, ${owner} guards`, cells: { candor } });
  }
  return rows;
}

const run = promisify(execFile);
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

/** Compiles a generated app of `count` routes. A type error throws, because the figure would be meaningless. */
async function instantiations(count: number, owner: "shared" | "own"): Promise<number> {
  return withTemporaryFolder(async (folder) => {
    await writeFile(
      join(folder, "tsconfig.json"),
      JSON.stringify({ extends: "../../../tsconfig.json", include: ["."], exclude: [] }),
    );
    await writeFile(join(folder, "scope.ts"), SCOPE);
    for (let index = 0; index < count; index++) {
      const guards = owner === "own" ? index : 0;
      await writeFile(join(folder, `guards-${guards}.ts`), GUARDS);
      await writeFile(join(folder, `route-${index}.ts`), routeSource(index, guards));
    }
    await writeFile(join(folder, "app.ts"), appSource(count));
    const options = ["-p", folder, "--extendedDiagnostics", "--skipLibCheck", "--singleThreaded"];
    const { stdout } = await run(process.execPath, [tsc, ...options], { timeout: 120_000 }).catch((error) => {
      throw new Error(`tsc rejected the generated table:\n${error.stdout}`, { cause: error });
    });
    const found = /^Instantiations:\s+(\d+)/m.exec(stdout)?.[1];
    if (!found) throw new Error(`tsc printed no instantiations:\n${stdout}`);
    return Number(found);
  });
}

const SCOPE = `import { scope } from "../../../src/http/index.ts";

export interface Locals { readonly requestId: string }
export const { route } = scope<Locals>();
`;

const GUARDS = `import type { Guard } from "../../../src/http/index.ts";

interface User { readonly id: string; readonly role: "user" | "admin" }
interface Account { readonly owner: string; readonly plan: number }

export const requireUser: Guard<{ requestId: string }, { user: User }> = (c) =>
  c.locals.requestId ? { allow: true, locals: { user: { id: c.locals.requestId, role: "user" } } } : { deny: new Response() };
export const requireAccount: Guard<{ user: User }, { account: Account }> = (c) =>
  ({ allow: true, locals: { account: { owner: c.locals.user.id, plan: 1 } } });
export const requirePlan: Guard<{ account: Account }, { paid: boolean }> = (c) =>
  ({ allow: true, locals: { paid: c.locals.account.plan > 0 } });
`;

/** @param guards The number of the file with the guards. Each such file declares its own types. */
function routeSource(index: number, guards: number): string {
  return `import * as z from "zod";
import { route } from "./scope.ts";
import { requireAccount, requirePlan, requireUser } from "./guards-${guards}.ts";

export const route${index} = route.post("/api/accounts/:account/things-${index}/:id<int>", {
  request: { body: z.object({ title: z.string(), count: z.number() }) },
  guards: [requireUser, requireAccount, requirePlan],
  resolve: (c) => {
    if (!c.input.ok) return Response.json(c.input.issues, { status: 400 });
    const account: string = c.params.account;
    const id: number = c.params.id;
    const { title, count } = c.input.body;
    const { user, paid, requestId } = c.locals;
    return Response.json({ account, next: id + count, title: title.trim(), user: user.role, paid, requestId });
  },
});
`;
}

function appSource(count: number): string {
  const indexes = Array.from({ length: count }, (_, index) => index);
  return `import { setup, standardValidator } from "../../../src/http/index.ts";
${indexes.map((index) => `import { route${index} } from "./route-${index}.ts";`).join("\n")}

export const app = setup({
  validator: standardValidator,
  onRequest: () => ({ requestId: "r1" }),
  handlers: [${indexes.map((index) => `route${index}`).join(", ")}],
});
`;
}

if (import.meta.main) printTable(await measureTypes());
