/** The schema of the page's query. */
import * as z from "zod";
import { ROLES } from "./verdict.ts";

const textUpTo = (max: number) => z.string("Choose one value.").max(max, `At most ${max} characters.`).default("");
/** Longer than any name of a guard or a permission. */
const name = textUpTo(1000);

/** An empty value does not filter, since a form sends all of its fields. */
export const policyQuery = z.object({
  /** The full name of a guard, or `none`. */
  guard: name,
  role: z.enum(["", ...ROLES], "The role must be visitor, user or admin.").default(""),
  /** A permission, or `any`. */
  key: name,
  path: textUpTo(200),
});

export type PolicyQuery = z.output<typeof policyQuery>;
