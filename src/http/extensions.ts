/** Interfaces of the core that an app may augment (`declare module "./http/index.ts"`). */

/**
 * Properties that an app defines for its routes and groups, such as `cors`. A route's own value replaces that of its
 * groups. The core carries them in the table and gives them no meaning.
 */
export type RouteProperties = {};

/**
 * The supplier of each local, such as `user: "user (by requireAuth)"`. Compile errors show it where the local is missing.
 */
export interface SuppliedBy {}
