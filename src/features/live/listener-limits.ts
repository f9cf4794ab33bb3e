/** How many may listen to the live feed at once. */

/** Of all addresses together. */
export const MAX_LISTENERS = 1_000;

/** Of one client address, streams and sockets together. */
export const MAX_LISTENERS_PER_ADDRESS = 20;
