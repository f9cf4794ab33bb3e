/** What administrators ask for and change. */
import * as z from "zod";
import { pageQuery } from "../../web/request/paging.ts";
import { storableText } from "../../web/request/text.ts";

/** A list of users, all or those that have `q` in their name or e-mail address. */
export const usersQuery = pageQuery.extend({ q: storableText().max(200).default("") });

export const roleChange = z.strictObject({ role: z.enum(["user", "admin"]) });

/** The same from a form, which has fields of its own besides. */
export const roleForm = z.object(roleChange.shape);

export type UsersQuery = z.output<typeof usersQuery>;
