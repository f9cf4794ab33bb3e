/** The error that set-up throws for a mistake in the route table. */

export type SetupErrorCode =
  | "guard_invalid"
  | "pattern_invalid"
  | "route_duplicate"
  | "route_unreachable"
  | "validator_missing";

/** A mistake in the route table. `code` is stable. `routes` names the routes concerned, such as `GET /users/:id`. */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly code: SetupErrorCode;
  readonly routes: readonly string[];

  constructor(code: SetupErrorCode, message: string, routes: readonly string[], cause?: unknown) {
    super(`${message}: ${routes.join(", ")}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.routes = routes;
  }
}
