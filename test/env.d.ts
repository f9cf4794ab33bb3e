/** The bindings that tests run with: the Worker's own, and the migrations for the test database. */
declare namespace Cloudflare {
  interface Env extends AppEnv {
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
    /** An empty database that tests use as a replica. */
    readonly REPLICA: D1Database;
    /** See `vitest.config.ts`. */
    readonly ACCOUNT_MODEL: { readonly runs: number; readonly seed?: number; readonly path?: string };
  }
}

type AppEnv = import("../src/env.ts").Env;

/** A file as text (Vite). */
declare module "*?raw" {
  const text: string;
  export default text;
}

/** Modules by their paths (Vite). */
interface ImportMeta {
  glob<TModule>(pattern: string | readonly string[], options: { readonly eager: true }): Record<string, TModule>;
  glob(pattern: string | readonly string[]): Record<string, () => Promise<unknown>>;
}
