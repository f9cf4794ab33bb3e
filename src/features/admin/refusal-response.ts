/** The response to a change of a user that was not made, in the API and on the page. */
import type { UserRefusal } from "../../identity/users/users.ts";
import { type RefusalContext, refuse } from "../../web/respond/refuse.ts";

export function refuseChange(c: RefusalContext, reason: UserRefusal): Response {
  if (reason === "missing") return refuse(c, 404, "There is no such user.");
  if (reason === "address not verified") return refuse(c, 422, "This user has not confirmed their e-mail address yet.");
  return refuse(c, 409, "This is the last administrator. Make another user an administrator first.");
}
