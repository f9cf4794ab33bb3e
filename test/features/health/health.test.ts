import { env } from "cloudflare:test";
import { beforeAll, expect, test } from "vitest";
import { publish } from "../../../scripts/assets.ts";
import type { Env } from "../../../src/env.ts";
import { site } from "../../assets/assets.ts";
import { databaseWith } from "../../databases.ts";
import { facts, PRODUCTION, send } from "../../harness.ts";

beforeAll(async () => void (await publish(site({ "page.css": "" }), env)));

test("GET /health responds with OK as text", async () => {
  const response = await send("/health");
  expect([response.status, await response.text()]).toEqual([200, "OK"]);
  expect(response.headers.get("Content-Type")).toMatch(/^text\/plain/);
});

const OK = Object.fromEntries(Object.keys(facts.checks).map((name) => [name, "ok"]));

test("GET /health/ready says that everything it stands on answers", async () => {
  const response = await send("/health/ready");
  expect([response.status, await response.json()]).toEqual([200, { status: "ok", checks: OK }]);
  expect(Object.keys(OK)).toEqual(expect.arrayContaining(["database", "mail", "limiter", "assets", "manifest"]));
});

const fails = () => Promise.reject(new Error("D1_ERROR: DB is down"));

test.each<[check: string, bindings: Partial<Env>]>([
  ["database", { DB: databaseWith({ prepare: () => ({ first: fails }) }) }],
  // As of a database without migrations.
  ["database", { DB: databaseWith({ prepare: (sql) => env.DB.prepare(sql.replace("users", "no_such_table")) }) }],
  [
    "limiter",
    { RATE_LIMITER: { idFromName: () => "", get: () => ({ take: fails }) } as unknown as Env["RATE_LIMITER"] },
  ],
  ["assets", { ASSETS: { head: fails } as unknown as R2Bucket }],
  ["manifest", { ASSET_MANIFEST: { get: fails } as unknown as KVNamespace }],
])(
  "GET /health/ready responds with 503 and Retry-After if the %s fails, without naming a binding",
  async (check, bindings) => {
    const response = await send("/health/ready", {}, bindings);
    expect([response.status, response.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await response.json()).toEqual({ status: "unavailable", checks: { ...OK, [check]: "failed" } });
  },
);

test.each<[bindings: Partial<Env>, mail: string]>([
  [{ ...PRODUCTION, MAIL_PROVIDER: "" }, "off"],
  [{ ...PRODUCTION, MAIL_PROVIDER: "cloudflare", EMAIL: {} as SendEmail }, "ok"],
])("GET /health/ready with %j is 200 and says that mail is %s", async (bindings, mail) => {
  const response = await send("/health/ready", {}, bindings);
  expect([response.status, await response.json()]).toEqual([200, { status: "ok", checks: { ...OK, mail } }]);
});
