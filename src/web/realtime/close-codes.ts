/** Close codes of WebSockets (RFC 6455 §7.4 and its registry). */

/** Codes from 4000 to 4999 are for applications. */
export const CLOSE = {
  unsupportedData: 1003,
  policyViolation: 1008,
  tooLarge: 1009,
  tryAgainLater: 1013,
  sessionOver: 4401,
} as const;
