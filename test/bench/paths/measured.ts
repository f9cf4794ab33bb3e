/** The paths of a feature that are compared with the same paths in another framework. */
import type { SafeHtml } from "@remix-run/html-template";
import type * as z from "zod";
import type { PageContext } from "../../../src/web/pages/layout.ts";
import type { Database } from "../../../src/web/platform/request-database.ts";
import type { Page } from "../../../src/web/request/paging.ts";

/** A row that only its owner may read. */
export interface OwnedRow {
  readonly ownerId: string;
  readonly version: number;
}

/** A feature exports this as `measuredPaths` from `test/features/<name>/paths.ts`. */
export interface MeasuredPaths<TRow extends OwnedRow = OwnedRow, TQuery = unknown> {
  /** The path of the API to which `body` is posted, and below which the row is read. */
  readonly api: string;
  readonly body: object;
  /** The path of the page that lists the rows. */
  readonly page: string;
  readonly query: z.ZodType<TQuery>;
  read(db: Database, id: string): Promise<TRow | null>;
  list(db: Database, ownerId: string, query: TQuery): Promise<Page<TRow>>;
  render(context: PageContext, query: TQuery, rows: Page<TRow>): SafeHtml;
}
