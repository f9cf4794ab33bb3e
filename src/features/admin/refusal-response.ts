/** What administrators are told where an account stays as it is, by the API and the pages alike. */
import type { UserRefusal } from "../../identity/users/users.ts";
import { type Refused, refuse } from "../../web/respond/refuse.ts";

export function notDone(c: Refused, why: UserRefusal): Response {
  if (why === "missing") return refuse(c, 404, "There is no such user.");
  if (why === "address not verified") return refuse(c, 422, "This user has not confirmed the e-mail address yet.");
  return refuse(c, 409, "This is the last administrator. Make another user an administrator first.");
}
