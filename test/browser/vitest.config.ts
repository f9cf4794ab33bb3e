/** Tests in a real browser, against the app as it runs in development: `npm run test:browser`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "browser",
    include: ["test/browser/**/*.test.ts"],
    globalSetup: "test/browser/server.ts",
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // As long as Playwright waits. The default is one second, and on a slow machine a response may take longer.
    expect: { poll: { timeout: 15_000 } },
    // One server and one browser at a time: on two cores, more would only wait for each other.
    fileParallelism: false,
  },
});
