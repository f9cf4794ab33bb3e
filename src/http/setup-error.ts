/** The error that set-up throws for a mistake in the route table. */

export type SetupErrorCode =
  | "guard_invalid"
  | "method_invalid"
  | "option_invalid"
  | "pattern_invalid"
  | "resolve_missing"
  | "route_duplicate"
  | "route_unreachable"
  | "schema_invalid"
  | "validator_missing";

/** A mistake in the route table. `code` is stable. `routes` names the routes concerned, such as `GET /users/:id`. */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly code: SetupErrorCode;
  readonly routes: readonly string[];

  /**
   * @param problem Says what is wrong, with the value that was found.
   * @param cure Says what to write instead.
   */
  constructor(code: SetupErrorCode, problem: string, routes: readonly string[], cure: string, cause?: unknown) {
    const where = routes.length === 0 ? "" : `: ${routes.join(", ")}`;
    super(`${problem}${where}. ${cure}.`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.routes = routes;
  }
}
