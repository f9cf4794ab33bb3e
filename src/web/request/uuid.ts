/** UUIDs from clients: accepted in either case (RFC 9562 §4), stored and compared in lower case. */
import * as z from "zod";
import type { RawValues } from "../../http/index.ts";

/** The schema of an id. Its output is in lower case. @param message The message for any other value. */
export function uuidOr(message: string) {
  return z.uuid(message).toLowerCase();
}

/** The schema of every id. Its output is in lower case. */
export const uuid = uuidOr("The id must be a UUID");

/** The `id` in the path of a request, in the case in which ids are stored; empty without one. */
export function pathId({ raw }: { readonly raw: Pick<RawValues, "params"> }): string {
  return raw.params.id?.toLowerCase() ?? "";
}
