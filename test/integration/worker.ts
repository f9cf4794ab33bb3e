/** Runs the built Worker in Miniflare, on a database of its own that outlives a restart. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { Miniflare, type MiniflareOptions, type Response } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { versionFiles } from "../../scripts/asset-versions.ts";
import { type AssetStorage, publish } from "../../scripts/assets.ts";
import { readPublicFiles } from "../../scripts/public-files.ts";
import { createTokenKeys } from "../../scripts/token-keys.ts";
import { app } from "../../src/app.ts";
import { checkResponse } from "../contract.ts";
import { buildWorker, projectRoot } from "./build.ts";

export interface WorkerSetup {
  /** The variable; `production` without it. */
  readonly environment?: string;
  /** `empty` has no migration applied; with `none` the binding is missing. `migrated` without it. */
  readonly database?: "migrated" | "empty" | "none";
  /** The secret; good keys without it. */
  readonly tokenKeys?: string;
  /** The variable; that of `wrangler.toml` without it. */
  readonly signInRateLimit?: number;
  /** The variable; that of `wrangler.toml` without it. */
  readonly accountRateLimit?: number;
  /** The variable; that of `wrangler.toml` without it. */
  readonly apiRateLimit?: number;
  /** Requests a minute from one client address; a million without it. */
  readonly addressLimit?: number;
  /** Whether V8's inspector can be asked about it. */
  readonly inspected?: boolean;
  /** A module that stands before the Worker, which it imports from `./worker.js`; its default export answers. */
  readonly before?: string;
}

export interface RunningWorker {
  /** Sends a request and follows no redirect. Fails if the response is not as the app's document says. */
  fetch(path: string, init?: Parameters<Miniflare["dispatchFetch"]>[1]): Promise<Response>;
  /** Where it listens: a port of the loopback address. */
  url(): Promise<URL>;
  /** The database of the Worker, behind its back. */
  database(): ReturnType<Miniflare["getD1Database"]>;
  /** A bucket, likewise. */
  bucket(binding: string): ReturnType<Miniflare["getR2Bucket"]>;
  /** Publishes what is in `public`. */
  publishAssets(): Promise<void>;
  /** Where the inspector is, of a Worker that is inspected. */
  inspector(): Promise<URL>;
  /** The secret that it runs with. */
  readonly tokenKeys: string;
  /** Every line it has logged. */
  readonly lines: readonly string[];
  /** Evicts random objects of each class, whose sockets hibernate. @returns The number of evicted objects. */
  evictObjects(mostOfEachClass: number): Promise<number>;
  /** Ends the process and starts another on the same storage. */
  restart(): Promise<void>;
  /** Ends the process and removes the storage. */
  stop(): Promise<void>;
}

export async function startWorker(setup: WorkerSetup = {}): Promise<RunningWorker> {
  const storage = await mkdtemp(join(tmpdir(), "candor-storage-"));
  const lines: string[] = [];
  const { tokenKeys = createTokenKeys() } = setup;
  const options = await optionsOf(setup, tokenKeys, storage, lines);
  let miniflare = new Miniflare(options);
  if ((setup.database ?? "migrated") === "migrated") await migrate(miniflare);
  return {
    async fetch(path, init) {
      const url = `http://candor.test${path}`;
      const response = await miniflare.dispatchFetch(url, { redirect: "manual", ...init });
      await checkResponse(app, { method: init?.method ?? "GET", url }, response);
      return response;
    },
    url: () => miniflare.ready,
    database: () => miniflare.getD1Database("DB"),
    bucket: (binding) => miniflare.getR2Bucket(binding),
    async publishAssets() {
      const { ASSETS, ASSET_MANIFEST } = await miniflare.getBindings<AssetStorage>();
      await publish(await versionFiles(readPublicFiles()), { ASSETS, ASSET_MANIFEST });
    },
    inspector: () => miniflare.getInspectorURL(),
    tokenKeys,
    lines,
    evictObjects: (mostOfEachClass) => evictObjects(miniflare, mostOfEachClass),
    async restart() {
      await miniflare.dispose();
      miniflare = new Miniflare(options);
    },
    async stop() {
      await miniflare.dispose();
      await rm(storage, { recursive: true, force: true });
    },
  };
}

async function evictObjects(miniflare: Miniflare, mostOfEachClass: number): Promise<number> {
  let evicted = 0;
  for (const { class_name } of CONFIG.durable_objects.bindings) {
    const ids = await miniflare.listDurableObjectIds(class_name);
    const chosen = ids.sort(() => Math.random() - 0.5).slice(0, mostOfEachClass);
    for (const id of chosen) {
      // Refused if the object is not running.
      const eviction = miniflare.unsafeEvictDurableObject("candor", class_name, { id, webSockets: "hibernate" });
      evicted += await eviction.then(
        () => 1,
        () => 0,
      );
    }
  }
  return evicted;
}

type WorkerConfig = MiniflareOptions["workers"][number]["config"];
type Bindings = NonNullable<WorkerConfig["env"]>;

/** What is read of `wrangler.toml`; Wrangler's own type of it resolves to nothing here. */
interface WranglerConfig {
  readonly compatibility_date?: string | undefined;
  readonly vars: Readonly<Record<string, string | number>>;
  readonly durable_objects: { readonly bindings: readonly { readonly name: string; readonly class_name: string }[] };
  readonly r2_buckets: readonly { readonly binding: string; readonly bucket_name?: string }[];
  readonly kv_namespaces: readonly { readonly binding: string }[];
  readonly d1_databases: readonly { readonly binding: string; readonly database_name?: string }[];
  readonly ratelimits: readonly {
    readonly name: string;
    readonly namespace_id: string;
    readonly simple: { readonly limit: number; readonly period: 10 | 60 };
  }[];
}

const CONFIG: WranglerConfig = unstable_readConfig(
  { config: join(projectRoot, "wrangler.toml") },
  { hideWarnings: true },
);

/** The bindings of `wrangler.toml`, as Miniflare takes them. */
function bindingsOf(config: WranglerConfig): Bindings {
  const bindings: Bindings = {};
  for (const [name, value] of Object.entries(config.vars)) {
    bindings[name] = typeof value === "string" ? { type: "text", value } : { type: "json", value };
  }
  for (const { name, class_name: exportName } of config.durable_objects.bindings) {
    bindings[name] = { type: "durable-object", worker: "candor", exportName };
  }
  for (const { binding, bucket_name: name = binding } of config.r2_buckets) bindings[binding] = { type: "r2", name };
  for (const { binding: id } of config.kv_namespaces) bindings[id] = { type: "kv", id };
  for (const { binding, database_name: id = binding } of config.d1_databases) bindings[binding] = { type: "d1", id };
  for (const { name, namespace_id: namespace, simple } of config.ratelimits) {
    bindings[name] = { type: "rate-limit", namespace, simple };
  }
  return bindings;
}

async function optionsOf(
  setup: WorkerSetup,
  tokenKeys: string,
  storage: string,
  lines: string[],
): Promise<MiniflareOptions> {
  const { environment = "production", database } = setup;
  const { before = 'export { default } from "./worker.js";' } = setup;
  const { DB, ADDRESS_LIMIT, ...bindings } = bindingsOf(CONFIG);
  const limit = { ...ADDRESS_LIMIT, simple: { limit: setup.addressLimit ?? 1_000_000, period: 60 } };
  const config: WorkerConfig = {
    name: "candor",
    compatibilityDate: CONFIG.compatibility_date ?? "",
    manifest: {
      mainModule: "index.js",
      modulesRoot: "/",
      modules: {
        "index.js": { type: "esm", contents: `export * from "./worker.js";\n${before}` },
        "worker.js": { type: "esm", contents: await buildWorker() },
      },
    },
    exports: Object.fromEntries(
      CONFIG.durable_objects.bindings.map(({ class_name }) => [
        class_name,
        { type: "durable-object", storage: "sqlite" },
      ]),
    ),
    env: {
      ...bindings,
      ENVIRONMENT: { type: "text", value: environment },
      TOKEN_KEYS: { type: "text", value: tokenKeys },
      PUBLIC_ORIGIN: { type: "text", value: "https://candor.test" },
      ...(setup.signInRateLimit !== undefined && {
        SIGN_IN_RATE_LIMIT: { type: "json", value: setup.signInRateLimit },
      }),
      ...(setup.apiRateLimit !== undefined && { API_RATE_LIMIT: { type: "json", value: setup.apiRateLimit } }),
      ...(setup.accountRateLimit !== undefined && {
        ACCOUNT_RATE_LIMIT: { type: "json", value: setup.accountRateLimit },
      }),
      ADDRESS_LIMIT: limit as Bindings[string],
      ...(database !== "none" && DB && { DB }),
    },
  };
  return {
    workers: [{ config }],
    resourcePersistencePath: storage,
    ...(setup.inspected && { inspectorPort: 0 }),
    handleStructuredLogs: ({ message }) => lines.push(message),
    // Nothing outside: no look-up of where this machine is, no other Workers on it.
    cf: false,
    enableDevRegistry: false,
    logRequests: false,
  };
}

async function migrate(miniflare: Miniflare): Promise<void> {
  const database = await miniflare.getD1Database("DB");
  const migrations = await readD1Migrations(join(projectRoot, "migrations"));
  await database.batch(migrations.flatMap(({ queries }) => queries.map((query) => database.prepare(query))));
}
