/** Two kinds of tests: in workerd with real local bindings, and in Node for tests that run the project from outside. */
import { availableParallelism } from "node:os";
import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { createTokenKeys } from "./scripts/token-keys.ts";

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

/** The number of runs of `test/features/auth+account/account-model.test.ts`, and the seed and path that repeat a failed one. */
function accountModel({ ACCOUNT_MODEL_RUNS, ACCOUNT_MODEL_SEED, ACCOUNT_MODEL_PATH }: NodeJS.ProcessEnv) {
  return {
    runs: Number(ACCOUNT_MODEL_RUNS ?? 120),
    ...(ACCOUNT_MODEL_SEED && { seed: Number(ACCOUNT_MODEL_SEED) }),
    ...(ACCOUNT_MODEL_PATH && { path: ACCOUNT_MODEL_PATH }),
  };
}

export default defineConfig({
  test: {
    silent: "passed-only",
    // At least two, even with two cores, since many tests wait for a clock.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    projects: [
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: "./wrangler.toml" },
            miniflare: {
              // For tests of reads from a replica that lags.
              d1Databases: { REPLICA: "replica" },
              bindings: {
                MIGRATIONS: await readD1Migrations("migrations"),
                ENVIRONMENT: "development",
                TOKEN_KEYS: createTokenKeys(),
                ACCOUNT_MODEL: accountModel(process.env),
              },
            },
          }),
        ],
        test: {
          name: "workers",
          include: ["test/**/*.test.ts"],
          exclude: [...outside, "test/runtimes/**", "test/bench/**", "test/browser/**", "test/removal/**"],
          setupFiles: ["./test/migrate.ts"],
        },
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
