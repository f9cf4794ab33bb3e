/** Each route works with a database that has more columns, as it does while the next version is being deployed. */
import { env } from "cloudflare:test";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { app } from "../src/app.ts";
import { useRefreshToken } from "../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../src/identity/tokens/token-keys.ts";
import { createAccount, send } from "./harness.ts";
import { finish, labelsOf, routeRequests, tableNames } from "./route-requests.ts";

// Requests that hash passwords take their time on a slow machine.
vi.setConfig({ testTimeout: 60_000 });

/** More requests than one isolate would get from one machine in time. */
const UNLIMITED = { API_RATE_LIMIT: 100_000, SIGN_IN_RATE_LIMIT: 100_000, ACCOUNT_RATE_LIMIT: 100_000 };

const columnsOf = async (table: string) => {
  const select = env.DB.prepare("SELECT name FROM pragma_table_info(?)").bind(table);
  return (await select.all<{ name: string }>()).results.map(({ name }) => name);
};

/** Adds a new name to each table, and the columns of all other tables: a join must not find a name in both. */
async function addColumns(): Promise<void> {
  const tables = await Promise.all((await tableNames()).map(async (name) => ({ name, has: await columnsOf(name) })));
  const names = new Set(["extra", ...tables.flatMap(({ has }) => has)]);
  const statements = tables.flatMap(({ name: table, has }) =>
    [...names].filter((name) => !has.includes(name)).map((name) => `ALTER TABLE ${table} ADD COLUMN ${name} TEXT`),
  );
  await env.DB.batch(statements.map((statement) => env.DB.prepare(statement)));
}

beforeAll(async () => {
  await addColumns();
  // So that nobody waits too long for a hash.
  vi.useFakeTimers({ toFake: ["Date"] });
});
afterAll(() => void vi.useRealTimers());

test.each(labelsOf(app.handlers))("%s succeeds with columns that this version does not know", async (label) => {
  const prepared = await routeRequests[label]?.();
  if (!prepared) return expect.fail("There is no request");
  const response = await send(prepared.path, prepared.init, UNLIMITED);
  await finish(response);
  expect(response.status).toBe(prepared.status);
});

test("a refreshed session still finds the role of its user", async () => {
  const { refreshToken } = await createAccount({ role: "admin" });
  const refreshed = await useRefreshToken(env.DB, readTokenKeys(env.TOKEN_KEYS), refreshToken);
  expect(refreshed).toMatchObject({ role: "admin" });
});
