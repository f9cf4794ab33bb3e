/** The limits of simultaneous listeners. */

/** In total. */
export const MAX_LISTENERS = 1_000;

/** For one client address, streams and sockets together. */
export const MAX_LISTENERS_PER_ADDRESS = 20;
