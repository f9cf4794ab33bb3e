/** The quota for a user's notes. Triggers in the migration keep the counter. */
import type { Quota } from "../../limits/quotas.ts";

const MAX_NOTES = 100_000;

export const NOTES_QUOTA: Quota = {
  name: "notes",
  limit: MAX_NOTES,
  unit: "notes",
  refusal: `You have reached the limit of ${MAX_NOTES.toLocaleString("en-US")} notes. Delete some, then try again.`,
};
