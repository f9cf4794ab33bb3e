/** The quotas for the number of a user's files and for their total size. Triggers in the migration keep the counters. */
import type { Quota } from "../../limits/quotas.ts";
import { sizeOf } from "../../web/pages/size.ts";

const MAX_FILES = 10_000;
const MAX_TOTAL_BYTES = 5 * 1024 ** 3;

export const FILES_QUOTA: Quota = {
  name: "files",
  limit: MAX_FILES,
  unit: "files",
  refusal: `This upload would exceed the limit of ${MAX_FILES.toLocaleString("en-US")} files. Delete some, then try again.`,
};

/** Bytes of all files together. */
export const FILE_BYTES_QUOTA: Quota = {
  name: "fileBytes",
  limit: MAX_TOTAL_BYTES,
  unit: "B",
  refusal: `This upload would exceed the limit of ${sizeOf(MAX_TOTAL_BYTES)} for all files. Delete some, then try again.`,
};
