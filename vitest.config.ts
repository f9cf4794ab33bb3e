/** Two kinds of tests: in workerd with real local bindings, and in Node for tests that run the project from outside. */
import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { bindings } from "./test/bindings.ts";

/** Tests of the built Worker, which is built once for all of them. */
const built = ["test/integration/worker/**/*.test.ts", "test/integration/features/**/*.test.ts"];
const outside = [
  "test/integration/**/*.test.ts",
  "test/house/**/*.test.ts",
  "test/http/readme.test.ts",
  "test/http/types/**/*.test.ts",
  "test/web/contract/types/**/*.test.ts",
  "test/scripts/**/*.test.ts",
  "test/template/**/*.test.ts",
];

const elsewhere = [...outside, "test/runtimes/**", "test/bench/**", "test/browser/**", "test/removal/**"];

/**
 * Tests that depend on the state of modules, such as the responses that an isolate has counted. All others share
 * Workers, which is much faster, since each new one loads some 600 modules: `test/set-up.ts` empties the storage before
 * each file.
 */
const isolated = ["test/*.test.ts", "test/{assets,campaign,query-plans}/**/*.test.ts", "test/**/*.isolated.test.ts"];

/** The seed and the path that repeat a failed run of `test/features/auth+account/account-model.test.ts`. */
function accountModel({ ACCOUNT_MODEL_SEED, ACCOUNT_MODEL_PATH }: NodeJS.ProcessEnv) {
  return {
    ...(ACCOUNT_MODEL_SEED && { seed: Number(ACCOUNT_MODEL_SEED) }),
    ...(ACCOUNT_MODEL_PATH && { path: ACCOUNT_MODEL_PATH }),
  };
}

const workers = cloudflareTest({
  wrangler: { configPath: "./wrangler.toml" },
  miniflare: {
    // For tests of reads from a replica that lags.
    d1Databases: { REPLICA: "replica" },
    bindings: { ...bindings, ACCOUNT_MODEL: accountModel(process.env) },
  },
});

const inWorkers = { setupFiles: ["./test/set-up.ts"], testTimeout: 30_000, hookTimeout: 30_000 };

export default defineConfig({
  test: {
    silent: "passed-only",
    // At least two, even with two cores, since many tests wait for a clock.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [workers],
        test: {
          ...inWorkers,
          name: "workers",
          include: ["test/**/*.test.ts"],
          exclude: [...elsewhere, ...isolated],
          isolate: false,
        },
      },
      {
        plugins: [workers],
        test: { ...inWorkers, name: "isolated workers", include: isolated, exclude: elsewhere },
      },
      { test: { name: "node", include: outside, exclude: built, testTimeout: 60_000, hookTimeout: 120_000 } },
      {
        test: {
          name: "worker",
          include: built,
          globalSetup: "test/integration/build.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
