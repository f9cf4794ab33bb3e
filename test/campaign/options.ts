/** The options of a campaign, and the number of its shards. */

export interface CampaignOptions {
  readonly seed: number;
  readonly requests: number;
  /** The minimum number of requests that pass all guards of each route. */
  readonly reaches: number;
  readonly shard: number;
  readonly shards: number;
  /** A route and a path of fast-check, to repeat one case: `GET /api/notes 3:0:1`. */
  readonly path?: string;
}

export const SHARDS = 6;

/** The options of the full form, which environment variables may change. */
export function readOptions({ CAMPAIGN_SEED, CAMPAIGN_PATH, CAMPAIGN_REQUESTS, CAMPAIGN_REACHES }: NodeJS.ProcessEnv) {
  return {
    seed: Number(CAMPAIGN_SEED ?? Math.trunc(Math.random() * 2 ** 31)),
    requests: Number(CAMPAIGN_REQUESTS ?? 100_000),
    reaches: Number(CAMPAIGN_REACHES ?? 200),
    ...(CAMPAIGN_PATH !== undefined && { path: CAMPAIGN_PATH }),
  };
}
