/** Serves a copy of the checkout while the browser tests run. */
import type { TestProject } from "vitest/node";
import { startDevServer } from "../integration/dev-server.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Where the app is. */
    readonly origin: string;
    /** The folder that is served. */
    readonly checkout: string;
  }
}

export default async function serve({ provide }: TestProject): Promise<() => Promise<void>> {
  const server = await startDevServer();
  provide("origin", server.origin);
  provide("checkout", server.checkout);
  return server.stop;
}
