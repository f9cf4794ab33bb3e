/** UUIDs from clients: accepted in either case (RFC 9562 §4), stored and compared in lower case. */
import * as z from "zod";
import type { RawValues } from "../../http/index.ts";

/** The schema of every id. Its output is in lower case. */
export const uuid = z.uuid("The id must be a UUID").toLowerCase();

/** The `id` in the path of a request, in the case in which ids are stored; empty without one. */
export function pathId({ raw }: { readonly raw: Pick<RawValues, "params"> }): string {
  return raw.params.id?.toLowerCase() ?? "";
}
