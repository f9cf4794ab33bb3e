/** The schemas of the administration. */
import * as z from "zod";
import { userBody } from "../../identity/users/user.ts";
import { pageOf } from "../../web/contract/bodies.ts";
import { numberedPageQuery } from "../../web/request/paging.ts";
import { searchText } from "../../web/request/search.ts";

/** An empty value, which forms send for an empty field, selects all users. */
export const usersQuery = numberedPageQuery.extend({
  q: searchText("e-mail address or name"),
  role: z.enum(["", "user", "admin"]).default("").describe("Lists only users with this role."),
  emailVerified: z
    .enum(["", "true", "false"])
    .default("")
    .describe("Lists only users who have confirmed their e-mail address, or only those who have not."),
  order: z.enum(["newest", "oldest"]).default("newest").describe("Whether the newest or the oldest users come first."),
});

export const usersBody = pageOf(userBody);

export const roleChange = z.strictObject({ role: z.enum(["user", "admin"]) });

/** The same from a form, which has further fields. */
export const roleForm = z.object(roleChange.shape);

export type UsersQuery = z.output<typeof usersQuery>;
