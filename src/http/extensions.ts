/** Interfaces of the core that an app may augment (`declare module "./http/index.ts"`). */

/**
 * Properties that an app defines for its routes and groups, such as `cors`. A route's own value replaces that of its
 * groups. The core carries them in the table and gives them no meaning.
 */
export type RouteProperties = {};

/**
 * The supplier of each local, for the compile errors where it is missing: the key, then the guard.
 *
 * @example
 * declare module "./src/http/index.ts" {
 *   interface SuppliedBy {
 *     user: "user (by requireAuth)";
 *   }
 * }
 */
export interface SuppliedBy {}
