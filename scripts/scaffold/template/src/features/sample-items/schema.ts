/** What a sample item is, to a client and to the database. */
import * as z from "zod";
import { storableText } from "../../web/request/text.ts";

const title = storableText().trim().min(1, "The title is empty").max(200, "The title is longer than 200 characters");

/** The JSON that creates one. An unknown field is refused: it may be a typing error. */
export const sampleItemInput = z.strictObject({ title });

/** The same from a form, which has other fields as well. */
export const sampleItemForm = z.object({ title });

/** Enough for the longest title with every character escaped. */
export const MAX_SAMPLE_ITEM_BYTES = 8 * 1024;

export type SampleItemInput = z.output<typeof sampleItemInput>;

/** As the API shows it. */
export interface SampleItem {
  readonly id: string;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
}

/** As the database stores it. */
export interface StoredSampleItem extends SampleItem {
  readonly ownerId: string;
}
