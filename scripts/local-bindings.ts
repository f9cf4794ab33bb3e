/**
 * Opens the local storage of the app in this process, as `wrangler dev` stores it. Wrangler's `getPlatformProxy` does
 * the same, but loading Wrangler takes four times as long, which would delay every save of a file in `public`.
 */
import { join } from "node:path";
import { Miniflare } from "miniflare";
import { root } from "./wrangler.ts";

/** The name of the storage of each binding in Wrangler: see `localIdsOf`. */
export interface StorageIds {
  /** Names of buckets, by binding. */
  readonly buckets?: Readonly<Record<string, string>>;
  /** Ids of KV namespaces, by binding. */
  readonly namespaces?: Readonly<Record<string, string>>;
  /** Ids of D1 databases, by binding. */
  readonly databases?: Readonly<Record<string, string>>;
}

/** Runs work with the bindings. Only the storage of the app runs, not the app. */
export async function withLocalBindings<TBindings extends object>(
  { buckets = {}, namespaces = {}, databases = {} }: StorageIds,
  work: (bindings: TBindings) => Promise<void>,
): Promise<void> {
  const env = {
    ...mapValues(buckets, (name) => ({ type: "r2" as const, name })),
    ...mapValues(namespaces, (id) => ({ type: "kv" as const, id })),
    ...mapValues(databases, (id) => ({ type: "d1" as const, id })),
  };
  const miniflare = new Miniflare({
    workers: [
      {
        config: {
          name: "storage",
          compatibilityDate: "2026-11-01",
          manifest: {
            mainModule: "index.js",
            modulesRoot: "/",
            modules: { "index.js": { type: "esm", contents: "export default {}" } },
          },
          env,
        },
      },
    ],
    resourcePersistencePath: join(root, ".wrangler/state/v3"),
    // No contact with anything outside: no lookup of the location of this machine, no other local Workers.
    cf: false,
    enableDevRegistry: false,
  });
  try {
    await work(await miniflare.getBindings<TBindings>());
  } finally {
    await miniflare.dispose();
  }
}

function mapValues<T>(record: Readonly<Record<string, string>>, map: (value: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
