/** Runs the built Worker in Miniflare, on a database of its own that outlives a restart. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { Miniflare, type MiniflareOptions, type Response } from "miniflare";
import { type AssetStorage, publish } from "../../scripts/assets.ts";
import { readPublicFiles } from "../../scripts/public-files.ts";
import { createTokenKeys } from "../../scripts/token-keys.ts";
import { buildWorker, projectRoot } from "./build.ts";

export interface WorkerSetup {
  /** The variable; `production` without it. */
  readonly environment?: string;
  /** `empty` has no migration applied; with `none` the binding is missing. `migrated` without it. */
  readonly database?: "migrated" | "empty" | "none";
  /** The secret; good keys without it. */
  readonly tokenKeys?: string;
  /** The variable; 30 without it. */
  readonly signInRateLimit?: number;
  /** The variable; 20 without it. */
  readonly accountRateLimit?: number;
  /** Requests a minute from one client address; a million without it. */
  readonly addressLimit?: number;
  /** Whether V8's inspector can be asked about it. */
  readonly inspected?: boolean;
  /** A module that stands before the Worker, which it imports from `./worker.js`; its default export answers. */
  readonly before?: string;
}

export interface RunningWorker {
  /** Sends a request and follows no redirect. */
  fetch(path: string, init?: Parameters<Miniflare["dispatchFetch"]>[1]): Promise<Response>;
  /** Where it listens: a port of the loopback address. */
  url(): Promise<URL>;
  /** The database of the Worker, behind its back. */
  database(): ReturnType<Miniflare["getD1Database"]>;
  /** What users have uploaded, likewise. */
  files(): ReturnType<Miniflare["getR2Bucket"]>;
  /** Publishes what is in `public`. */
  publishAssets(): Promise<void>;
  /** Where the inspector is, of a Worker that is inspected. */
  inspector(): Promise<URL>;
  /** Every line it has logged. */
  readonly lines: readonly string[];
  /** Ends the process and starts another on the same storage. */
  restart(): Promise<void>;
  /** Ends the process and removes the storage. */
  stop(): Promise<void>;
}

export async function startWorker(setup: WorkerSetup = {}): Promise<RunningWorker> {
  const storage = await mkdtemp(join(tmpdir(), "candor-storage-"));
  const lines: string[] = [];
  const options = await optionsOf(setup, storage, lines);
  let miniflare = new Miniflare(options);
  if ((setup.database ?? "migrated") === "migrated") await migrate(miniflare);
  return {
    fetch: (path, init) => miniflare.dispatchFetch(`http://candor.test${path}`, { redirect: "manual", ...init }),
    url: () => miniflare.ready,
    database: () => miniflare.getD1Database("DB"),
    files: () => miniflare.getR2Bucket("FILES"),
    async publishAssets() {
      const { ASSETS, ASSET_MANIFEST } = await miniflare.getBindings<AssetStorage>();
      await publish(readPublicFiles(), { ASSETS, ASSET_MANIFEST });
    },
    inspector: () => miniflare.getInspectorURL(),
    lines,
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

type WorkerConfig = MiniflareOptions["workers"][number]["config"];

async function optionsOf(setup: WorkerSetup, storage: string, lines: string[]): Promise<MiniflareOptions> {
  const { script, compatibilityDate } = await buildWorker();
  const { environment = "production", database, tokenKeys = createTokenKeys() } = setup;
  const { before = 'export { default } from "./worker.js";' } = setup;
  const config: WorkerConfig = {
    name: "candor",
    compatibilityDate,
    manifest: {
      mainModule: "index.js",
      modulesRoot: "/",
      modules: {
        "index.js": { type: "esm", contents: `export * from "./worker.js";\n${before}` },
        "worker.js": { type: "esm", contents: script },
      },
    },
    exports: Object.fromEntries(
      ["RateLimiter", "ChatRoom", "LiveFeed"].map((name) => [name, { type: "durable-object", storage: "sqlite" }]),
    ),
    env: {
      ENVIRONMENT: { type: "text", value: environment },
      TOKEN_KEYS: { type: "text", value: tokenKeys },
      PUBLIC_ORIGIN: { type: "text", value: "https://candor.test" },
      SIGN_IN_RATE_LIMIT: { type: "json", value: setup.signInRateLimit ?? 30 },
      ACCOUNT_RATE_LIMIT: { type: "json", value: setup.accountRateLimit ?? 20 },
      API_RATE_LIMIT: { type: "json", value: 600 },
      CORS_ORIGINS: { type: "text", value: "" },
      ADMIN_EMAIL: { type: "text", value: "" },
      MAIL_FROM: { type: "text", value: "no-reply@example.com" },
      ADDRESS_LIMIT: {
        type: "rate-limit",
        namespace: "1001",
        simple: { limit: setup.addressLimit ?? 1_000_000, period: 60 },
      },
      RATE_LIMITER: { type: "durable-object", worker: "candor", exportName: "RateLimiter" },
      CHAT_ROOM: { type: "durable-object", worker: "candor", exportName: "ChatRoom" },
      LIVE_FEED: { type: "durable-object", worker: "candor", exportName: "LiveFeed" },
      FILES: { type: "r2", name: "candor-files" },
      ASSETS: { type: "r2", name: "candor-assets" },
      ASSET_MANIFEST: { type: "kv", id: "ASSET_MANIFEST" },
      ...(database !== "none" && { DB: { type: "d1", id: "candor" } }),
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
