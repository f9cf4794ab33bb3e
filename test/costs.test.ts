/** Measures each route on fixed data, and pins the costs. Read `costs.snap.txt` in the diff of a change. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { publish } from "../scripts/assets.ts";
import { formatCosts } from "../scripts/cost-rows.ts";
import { features, parts } from "../src/app.ts";
import type { Env } from "../src/env.ts";
import type { Handler } from "../src/http/index.ts";
import { assemble } from "../src/web/app/assemble.ts";
import { type Feature, feature } from "../src/web/app/feature.ts";
import { site } from "./assets/assets.ts";
import { PUBLISHED } from "./assets/requests.ts";
import { CostMeter, meteredBindings } from "./cost-meter.ts";
import { newAddress, send, type TestApp } from "./harness.ts";
import { countObjectRows } from "./object-rows.ts";
import { finish, labelsOf, type PreparedRequest, routeRequests, tableNames } from "./route-requests.ts";
import { things } from "./things.ts";

const ADDRESS_LIMIT: RateLimit = { limit: async () => ({ success: true }) };

/** Has the pages to which mails link, for features that send them. */
const elsewhere = feature({
  name: "elsewhere",
  routes: [],
  paths: { verifyEmail: "/things/about", resetPassword: "/things/about" },
});

const meter = new CostMeter();
// The same ones for all requests, since an isolate remembers by the binding what it has read.
const bindings: Partial<Env> = meteredBindings(meter);

/** Costs must not depend on what other routes have stored. */
async function emptyDatabase(): Promise<void> {
  const deletions = (await tableNames()).map((name) => env.DB.prepare(`DELETE FROM ${name}`));
  await env.DB.batch([env.DB.prepare("PRAGMA defer_foreign_keys = on"), ...deletions]);
}

/** Sends a request of the same client before, which is not counted. */
async function warmUp({ init }: PreparedRequest, address: string): Promise<void> {
  const headers = new Headers(init?.headers);
  const kept = ["Authorization", "X-API-Key", "Cookie"].flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  await send("/things/about", { headers: { ...Object.fromEntries(kept), "CF-Connecting-IP": address } }, bindings);
}

async function measure(app: TestApp, label: string): Promise<string[]> {
  await emptyDatabase();
  const prepared = await routeRequests[label]?.();
  if (!prepared) throw new Error(`There is no request for ${label}`);
  const address = newAddress();
  await warmUp(prepared, address);
  const ctx = createExecutionContext();
  const request = new Request(new URL(prepared.path, "http://localhost"), prepared.init);
  request.headers.set("CF-Connecting-IP", address);
  const respond = async () => {
    const response = await app.fetch(request, { ...env, ...bindings }, ctx);
    await finish(response);
    meter.isAnswered = true;
    expect([label, response.status]).toEqual([label, prepared.status]);
    await waitOnExecutionContext(ctx);
  };
  meter.start();
  await meter.releaseUntil(respond());
  const { counts, after, chain, rowsRead, rowsWritten } = meter;
  const later = Object.entries(after).flatMap(([kind, count]) => (count > 0 ? [`${count} ${kind}`] : []));
  const shown = [counts.kv, counts["r2-a"], counts["r2-b"], counts.objects];
  const numbers = [counts.queries, rowsRead, rowsWritten, ...shown, chain];
  return [...numbers.map(String), later.join(", ")];
}

// Nothing is due, and ids do not depend on the speed of the machine.
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  await countObjectRows();
  const { version } = await publish(site(PUBLISHED), env);
  Object.assign(bindings, { ASSET_VERSION: version, ADDRESS_LIMIT });
  await send("/things/about", {}, bindings);
});
afterAll(() => void vi.useRealTimers());

test("each route costs what costs.snap.txt says", { timeout: 300_000 }, async () => {
  const rows = [];
  const owners: { name: string; routes: readonly Handler<never>[]; own: readonly Feature[] }[] = [
    { name: "-", routes: parts.flatMap(({ routes = [] }) => routes), own: [] },
  ];
  for (const own of features) owners.push({ name: own.name, routes: [...own.routes], own: [own] });
  for (const { name, routes, own } of owners) {
    // Without the other features, so that removing one changes no row of another, such as that of readiness.
    const hasLinks = own.some(({ paths }) => paths?.verifyEmail !== undefined);
    const { app } = assemble({ parts, features: [...own, ...(hasLinks ? [] : [elsewhere]), things] });
    for (const route of labelsOf(routes)) rows.push({ owner: name, route, costs: await measure(app, route) });
  }
  await expect(formatCosts(rows)).toMatchFileSnapshot("costs.snap.txt");
});
