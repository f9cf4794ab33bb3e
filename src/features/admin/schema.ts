/** The schemas of the administration. */
import * as z from "zod";
import { userBody } from "../../identity/users/user.ts";
import { pageOf } from "../../web/contract/bodies.ts";
import { pageQuery } from "../../web/request/paging.ts";
import { storableText } from "../../web/request/text.ts";

/** Selects users whose name or e-mail address contains `q`. */
export const usersQuery = pageQuery.extend({ q: storableText().max(200).default("") });

export const usersBody = pageOf(userBody);

export const roleChange = z.strictObject({ role: z.enum(["user", "admin"]) });

/** The same from a form, which has further fields. */
export const roleForm = z.object(roleChange.shape);

export type UsersQuery = z.output<typeof usersQuery>;
