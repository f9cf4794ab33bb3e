/** Removes each feature in a copy of the project, checks and serves what is left: `npm run test:removal`. */
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    name: "removal",
    include: ["test/removal/**/*.test.ts"],
    testTimeout: 900_000,
    // A test waits for one process at a time, which mostly uses one core.
    maxConcurrency: 2,
  },
});
