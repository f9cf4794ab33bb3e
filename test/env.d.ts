/** The bindings that tests run with: the Worker's own, and the migrations for the test database. */
declare namespace Cloudflare {
  interface Env {
    readonly DB: D1Database;
    readonly ENVIRONMENT: string;
    readonly MIGRATIONS: import("cloudflare:test").D1Migration[];
  }
}
