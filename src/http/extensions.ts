/** Interfaces of the core that an app may augment (`declare module "./http/index.ts"`). */

/**
 * Properties that an app defines for its routes and groups, such as `cors`. A route's own value replaces that of its
 * groups. The core carries them in the table and gives them no meaning.
 */
// biome-ignore lint/suspicious/noEmptyInterface: an app adds members by augmentation, which needs an interface.
export interface RouteProperties {}

/** The guard that supplies each local, as in `user: "user (by requireAuth)"`. Compile errors show it. */
// biome-ignore lint/suspicious/noEmptyInterface: an app adds members by augmentation, which needs an interface.
export interface SuppliedBy {}
