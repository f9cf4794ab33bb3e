/** Measures the cost of the types: instantiations at 400 routes, and for each further route; with typed clients, too. */
import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { appSource, type Framework, schemasSource } from "./client-types.ts";
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
  for (const withClient of [false, true]) {
    const what = withClient ? "a client, and a call for each" : "responses";
    const cells = { candor: await costOfApp("candor", withClient), hono: await costOfApp("hono", withClient) };
    rows.push({ what: `types: instantiations of ${MANY} routes in groups with ${what}, without their schemas`, cells });
  }
  return rows;
}

/** The instantiations beyond those of the schemas. */
async function costOfApp(framework: Framework, withClient: boolean): Promise<string> {
  const [few, many] = await Promise.all(
    [FEW, MANY].map(async (count) => {
      const files = { "schemas.ts": schemasSource(count) };
      const app = appSource(framework, count, withClient);
      const bare = await compile({ ...files, "app.ts": importsOf(app) });
      return (await compile({ ...files, "app.ts": app })) - bare;
    }),
  );
  if (few === undefined || many === undefined) throw new Error("Nothing was compiled");
  return `${many.toLocaleString("en")}, ${Math.round((many - few) / (MANY - FEW)).toLocaleString("en")} a route`;
}

/** The same imports, without what uses them: the cost of the packages themselves. */
function importsOf(source: string): string {
  return source.match(/^import .*;$/gm)?.join("\n") ?? "";
}

const run = promisify(execFile);
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

/** Compiles a generated app of `count` routes, each in a file of its own. */
function instantiations(count: number, owner: "shared" | "own"): Promise<number> {
  const files: Record<string, string> = { "scope.ts": SCOPE, "app.ts": listSource(count) };
  for (let index = 0; index < count; index++) {
    const guards = owner === "own" ? index : 0;
    files[`guards-${guards}.ts`] = GUARDS;
    files[`route-${index}.ts`] = routeSource(index, guards);
  }
  return compile(files);
}

/** Compiles these files. A type error throws, because the figure would be meaningless. */
async function compile(files: Readonly<Record<string, string>>): Promise<number> {
  return withTemporaryFolder(async (folder) => {
    const config = { extends: "../../../tsconfig.json", include: ["."], exclude: [] };
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
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

function listSource(count: number): string {
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
