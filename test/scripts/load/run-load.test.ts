/** Loads on servers that fail on purpose are reported correctly. */
import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { afterEach, expect, test } from "vitest";
import { toAccounts } from "../../bench/load/accounts.ts";
import { hasFailed, toPlot, toReport, toText } from "../../bench/load/report.ts";
import { runLoad, type StoredBy } from "../../bench/load/run-load.ts";
import { openTarget, type Target } from "../../bench/load/target.ts";
import type { FeatureLoad, LoadRequest } from "../../bench/load/types.ts";

const servers: Server[] = [];
const targets: Target[] = [];
afterEach(async () => {
  await Promise.all(targets.splice(0).map((target) => target.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(listener: RequestListener): Promise<URL> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

function open(url: URL): Target {
  const target = openTarget(url, 4);
  targets.push(target);
  return target;
}

const accounts = toAccounts(
  [1, 2, 3].map((number) => ({
    isAdmin: false,
    accessToken: `token-${number}`,
    cookie: "",
    csrf: "",
    renew: async () => "",
  })),
);

const read: LoadRequest = {
  kind: "read",
  name: "GET /thing",
  status: 200,
  make: ({ bearer }) => ({ path: "/thing", headers: bearer }),
};

function start(target: Target, request: LoadRequest = read, more: Partial<Parameters<typeof runLoad>[0]> = {}) {
  const options = { seconds: 30, concurrency: 4, rate: undefined, maxRequests: 60, kind: undefined };
  return runLoad({ options, target, accounts, features: [{ requests: [request] }], ...more });
}

const SETTING = { target: "a server", concurrency: 4, rate: undefined };

/** Creates a server that responds with these statuses in turn. @returns Its listener, and the requests so far. */
function inTurn(...statuses: readonly number[]) {
  const asked: { readonly address: unknown; readonly authorization: unknown }[] = [];
  const listener: RequestListener = ({ headers }, response) => {
    const status = statuses[asked.length % statuses.length] ?? 200;
    asked.push({ address: headers["cf-connecting-ip"], authorization: headers.authorization });
    if (status === 0) response.destroy();
    else response.writeHead(status).end(`Body of ${status}`);
  };
  return { asked, listener };
}

const NAMES = ["requests", "rate", "mean", "p50", "p95", "p99", "errors"];

test("the report has these names, for each kind and for all", async () => {
  const report = toReport(await start(open(await serve(inTurn(200, 429).listener))), SETTING);
  const parsed = JSON.parse(JSON.stringify(report));
  const others = ["target", "seconds", "concurrency", "scheduledRate", "unsent", "cpu", "kinds", "errorSamples"];
  expect(Object.keys(parsed).sort()).toEqual([...others, "faults", "notes", ...NAMES].sort());
  expect(Object.keys(parsed.kinds).sort()).toEqual(["429", "read"]);
  for (const kind of Object.values(parsed.kinds)) expect(Object.keys(kind as object)).toEqual(NAMES);
});

test.each([
  { of: "success", statuses: [200], kinds: { read: 60 }, errors: {} },
  { of: "429, which is a kind of its own", statuses: [200, 429, 429], kinds: { read: 20, 429: 40 }, errors: {} },
  { of: "500", statuses: [200, 500], kinds: { read: 60 }, errors: { "status 500": 30 } },
  { of: "503", statuses: [503], kinds: { read: 60 }, errors: { "status 503": 60 } },
  { of: "an unexpected 404", statuses: [200, 200, 404], kinds: { read: 60 }, errors: { "status 404": 20 } },
  { of: "closed connections", statuses: [0], kinds: { read: 60 }, errors: { connection: 60 } },
])("$of", async ({ statuses, kinds, errors }) => {
  const report = toReport(await start(open(await serve(inTurn(...statuses).listener))), SETTING);
  expect(Object.fromEntries(Object.entries(report.kinds).map(([kind, { requests }]) => [kind, requests]))).toEqual(
    kinds,
  );
  expect(Object.fromEntries(report.errorSamples.map(({ error, count }) => [error, count]))).toEqual(errors);
  const failed = Object.values(errors).reduce((sum, count) => sum + count, 0);
  expect([report.requests, report.errors, hasFailed(report)]).toEqual([60, failed, failed > 0]);
  for (const { error, count, sample } of report.errorSamples) {
    expect(toText(report)).toContain(`${count} × read, ${error}. The first: ${sample}`);
    expect(sample).toContain(error === "connection" ? "GET /thing: SocketError" : `Body of ${error.slice(7)}`);
  }
});

test("a fault of the background fails the load", async () => {
  const result = await start(open(await serve(inTurn(200).listener)), read, {
    features: [{ requests: [read], start: async () => ({ stop: async () => ({ "messages lost": 2 }) }) }],
  });
  const report = toReport(result, SETTING);
  expect([report.errors, hasFailed(report)]).toEqual([0, true]);
  expect(toText(report)).toContain("2 messages lost");
});

test("without a background and without other kinds, notes say so", async () => {
  const { notes } = await start(open(await serve(inTurn(200).listener)));
  expect(notes).toContain("No feature sends chat messages: left out.");
  expect(notes).toContain("No feature sends requests of the kind page: left out.");
});

test("each account sends from its own address with its own token, on this machine", async () => {
  const { asked, listener } = inTurn(200);
  await start(open(await serve(listener)));
  const pairs = new Set(asked.map(({ address, authorization }) => `${address} ${authorization}`));
  expect([...pairs].sort()).toEqual([0, 1, 2].map((number) => `198.18.0.${number} Bearer token-${number + 1}`));
});

test("another machine gets no client addresses", async () => {
  expect(open(new URL("https://example.com")).addressHeaders("198.18.0.1")).toEqual({});
});

test("acknowledged writes are kept for reading back, and forgotten while they change", async () => {
  const { asked, listener } = inTurn(200, 200, 500);
  const stored = new Map<string, StoredBy>([["/old", { path: "/old", status: 200, account: accounts[0] as never }]]);
  const write: LoadRequest = {
    ...read,
    kind: "write",
    make: () => ({ path: "/new", changes: "/old", onResponse: () => ({ path: `/new/${asked.length}`, status: 200 }) }),
  };
  await start(open(await serve(listener)), write, { stored });
  expect(stored.has("/old")).toBe(false);
  expect(stored.size).toBeGreaterThan(30);
  expect(stored.size).toBeLessThanOrEqual(40);
  const { recorder } = await start(
    open(await serve(listener)),
    { ...write, make: () => ({ path: "/", onResponse: () => undefined }) },
    { stored },
  );
  expect(recorder.errors).toMatchObject([{ error: "status 500" }]);
});

test("requests in flight during a restart are a kind of their own, and later ones go to the new address", async () => {
  const held = inTurn(200);
  const started = Promise.withResolvers<void>();
  const old = await serve(() => started.resolve());
  const target = open(old);
  const features: FeatureLoad[] = [{ requests: [read] }];
  const loading = start(target, read, { features });
  await started.promise;
  await target.restart(async () => {
    servers[0]?.closeAllConnections();
    // The connections fail before the restart ends.
    await setTimeout(100);
    return serve(held.listener);
  });
  const report = toReport(await loading, SETTING);
  expect(report.kinds.interrupted?.requests).toBe(4);
  expect([report.kinds.read?.requests, report.errors]).toEqual([56, 0]);
});

test("the plot has a line for each kind in each panel", async () => {
  const { panels } = toPlot(await start(open(await serve(inTurn(200, 429).listener))), "A load");
  expect(panels).toHaveLength(3);
  for (const { series } of panels) expect(series.map(({ name }) => name)).toEqual(["read", "429"]);
});
