/** The schema of the page's query. */
import * as z from "zod";
import { ROLES } from "./verdict.ts";

const text = z.string("Choose one value.").max(200, "At most 200 characters.").default("");

/** An empty value does not filter, since a form sends all of its fields. */
export const policyQuery = z.object({
  /** The full name of a guard, or `none`. */
  guard: text,
  role: z.enum(["", ...ROLES], "The role must be visitor, user or admin.").default(""),
  /** A permission, or `any`. */
  key: text,
  path: text,
});

export type PolicyQuery = z.output<typeof policyQuery>;
