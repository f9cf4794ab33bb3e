/** Sample items as types and schemas: input from clients, JSON for clients, rows of the database. */
import * as z from "zod";
import { pageOf } from "../../web/contract/bodies.ts";
import { submission } from "../../web/pages/submission-field.ts";
import { storableText } from "../../web/request/text.ts";
import { uuid } from "../../web/request/uuid.ts";

const title = storableText().trim().min(1, "The title is empty").max(200, "The title is longer than 200 characters");

/** A new sample item. Unknown fields are refused, since they may be misspelt. */
export const sampleItemInput = z.strictObject({ title });

/** A new sample item from a form, which has further fields. */
export const sampleItemForm = z.object({ title, submission });

/** Enough for the longest title with every character escaped. */
export const MAX_SAMPLE_ITEM_BYTES = 8 * 1024;

export type SampleItemInput = z.output<typeof sampleItemInput>;

/** A sample item as the API returns it. */
export const sampleItemBody = z
  .object({ id: uuid, title: z.string(), createdAt: z.iso.datetime() })
  .meta({ id: "SampleItem" });

export const sampleItemsBody = pageOf(sampleItemBody);

export type SampleItem = z.output<typeof sampleItemBody>;

/** A sample item as stored. */
export interface StoredSampleItem extends SampleItem {
  readonly ownerId: string;
}
