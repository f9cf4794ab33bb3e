/** Runs the full campaign in shards, each with a database of its own: `npm run test:campaign`. */
import { availableParallelism } from "node:os";
import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
import { bindings } from "../bindings.ts";
import { readOptions, SHARDS } from "./options.ts";
import { CampaignReporter } from "./reporter.ts";

const options = readOptions(process.env);
const shards = options.path === undefined ? SHARDS : 1;

export default defineConfig({
  test: {
    silent: "passed-only",
    maxWorkers: Math.max(2, availableParallelism() - 1),
    reporters: ["verbose", new CampaignReporter(options)],
    projects: Array.from({ length: shards }, (_, shard) => ({
      plugins: [
        cloudflareTest({
          wrangler: { configPath: "./wrangler.toml" },
          miniflare: {
            d1Databases: { REPLICA: "replica" },
            bindings: { ...bindings, CAMPAIGN: { ...options, shard, shards } },
          },
        }),
      ],
      test: {
        name: `campaign ${shard + 1}/${shards}`,
        include: ["test/campaign/campaign.test.ts"],
        setupFiles: ["./test/set-up.ts"],
      },
    })),
  },
});
