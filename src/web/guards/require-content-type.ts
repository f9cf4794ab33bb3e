/** Requires a body of a type that the route reads. */
import { type Guard, headGuard } from "../../http/index.ts";
import { type ProblemLocals, problem } from "../problem.ts";

/**
 * Denies with 415 what is not one of these media types (RFC 9110 §15.5.16). Parameters such as
 * `charset` do not count.
 *
 * @param types In lower case, such as `application/json`.
 */
export function requireContentType(types: readonly string[]): Guard<ProblemLocals> {
  return headGuard(function requireContentType({ request, locals }: { request: Request; locals: ProblemLocals }) {
    const type = request.headers.get("Content-Type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
    if (types.includes(type)) return { allow: true };
    return { deny: problem(locals, 415, `The Content-Type is to be ${types.join(" or ")}, not "${type}".`) };
  });
}
