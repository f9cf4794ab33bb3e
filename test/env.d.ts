/** The bindings that tests run with: the Worker's own, and those of `bindings.ts`. */
declare namespace Cloudflare {
  interface Env extends AppEnv {
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
    /** An empty database that tests use as a replica. */
    readonly REPLICA: D1Database;
    /** Whether to repeat the tests of rare events more often, which takes many minutes: `npm run test:long`. */
    readonly LONG: boolean;
    readonly PASSWORD: string;
    readonly PASSWORD_HASH: string;
    /** See `campaign/vitest.config.ts`; absent in the short form. */
    readonly CAMPAIGN?: import("./campaign/options.ts").CampaignOptions;
    /** See `vitest.config.ts`. */
    readonly ACCOUNT_MODEL: { readonly seed?: number; readonly path?: string };
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
  glob<TModule>(
    pattern: string | readonly string[],
    options: { readonly eager: true; readonly query?: "?raw"; readonly import?: "default" },
  ): Record<string, TModule>;
  glob(pattern: string | readonly string[]): Record<string, () => Promise<unknown>>;
}
