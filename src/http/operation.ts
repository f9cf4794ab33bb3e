/** Operations: the facts about a route that its type tells a typed client. */

import type { RoutesOf } from "./handler.ts";

/** A method and path, with the types of the schemas. A part without a schema is `unknown`. */
export type Operation<
  TMethod extends string = string,
  TPath extends string = string,
  TParams = unknown,
  TQuery = unknown,
  TBody = unknown,
  TResponses = unknown,
> = {
  /** A union if the route has several methods. */
  readonly method: TMethod;
  readonly path: TPath;
  readonly params: TParams;
  readonly query: TQuery;
  readonly body: TBody;
  /** By status. */
  readonly responses: TResponses;
};

/**
 * The operations of a route, or of a list of routes that may nest, as a union. A route for all methods has none, and
 * neither has one whose path is only known as a string. A list that contains a route of the bare type `Handler` has none
 * at all.
 *
 * @example
 * const api = [route.get("/users", { resolve: () => Response.json([]) })];
 * type Path = OperationsOf<typeof api>["path"]; // "/users"
 */
export type OperationsOf<THandlers> = OrNone<RoutesOf<THandlers>["~operation"]>;

/** The operations of a route whose type is the bare `Handler` are unknown. */
type OrNone<TOperation> = unknown extends TOperation ? never : NonNullable<TOperation>;
