/** The folders of `src` with SQL, and the code that makes each of them execute all of its statements. */
import { features } from "../../src/app.ts";
import { identity } from "../../src/identity/index.ts";
import { sweepDeletedUsers } from "../../src/identity/users/erasure.ts";
import { limits } from "../../src/limits/index.ts";
import type { Part } from "../../src/web/app/feature.ts";
import { createLocals, send } from "../harness.ts";
import { finish, type RouteRequests } from "../route-requests.ts";
import { findCallSites } from "./call-sites.ts";
import { executeSweep } from "./recorder.ts";

/** The exports of `statements.ts` in the tests of a folder. */
export interface Statements {
  /**
   * For a feature, executes the statements that no request, sweep or check executes; for another folder, all
   * statements.
   */
  readonly executeStatements?: () => Promise<unknown>;
  /** The reason for each statement that may scan a table or sort, by its text with single spaces. */
  readonly exceptions?: Readonly<Record<string, string>>;
}

const requests = import.meta.glob<{ readonly requests: RouteRequests }>("../features/*/requests.ts", { eager: true });
const statements = import.meta.glob<Statements>(["../*/statements.ts", "../features/*/statements.ts"], { eager: true });

const folderOf = (file: string) => /^src\/(features\/[^/]+|[^/]+)/.exec(file)?.[1] ?? file;

/** The folders with SQL, such as `identity` or that of a feature. */
export const owners: readonly string[] = [...new Set(findCallSites().map(({ file }) => folderOf(file)))].sort();

/** Whether a file of `src` belongs to a folder. */
export const isOf =
  (owner: string) =>
  ({ file }: { readonly file: string }) =>
    folderOf(file) === owner;

export const exceptionsOf = (owner: string) => statements[`../${owner}/statements.ts`]?.exceptions ?? {};

/** Limits that are higher than the number of requests. */
const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

const featureOf = (owner: string): Part => features.find(({ name }) => owner === `features/${name}`) ?? {};

/** Sends the requests of a feature, and runs its sweeps, its checks and its `executeStatements`. */
export async function execute(owner: string): Promise<void> {
  for (const prepare of Object.values(requests[`../${owner}/requests.ts`]?.requests ?? {})) {
    const { path, init } = await prepare();
    await finish(await send(path, init, UNLIMITED));
  }
  const part = owner === "identity" ? identity : owner === "limits" ? limits : featureOf(owner);
  const { sweeps = [], erasures = [], checks = {} } = part;
  const expired = typeof sweeps === "function" ? sweeps({ erasures: [] }) : sweeps;
  const erased = erasures.flatMap((erasure) => sweepDeletedUsers([erasure]).slice(0, 1));
  for (const sweep of [...expired, ...erased]) await executeSweep(`src/${owner}/index.ts`, sweep);
  for (const check of Object.values(checks)) await check(createLocals());
  await statements[`../${owner}/statements.ts`]?.executeStatements?.();
}
