/** The demonstration accounts, which the local set-up creates. */

/** The password of all demonstration accounts. It is public, and therefore refused outside development. */
export const DEMO_PASSWORD = "correct-horse-battery-staple";

/** Accounts with a confirmed address. */
export const DEMO_ACCOUNTS = [
  { email: "ada@example.com", name: "Ada", role: "admin" },
  { email: "grace@example.com", name: "Grace", role: "user" },
] as const;
