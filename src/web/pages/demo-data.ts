/** The demonstration accounts: the set-up creates them, and the pages of development show them. */

/** The password of every demonstration account. It is public, so it is refused outside development. */
export const DEMO_PASSWORD = "correct-horse-battery-staple";

/** Accounts with a proved address. */
export const DEMO_ACCOUNTS = [
  { email: "ada@example.com", name: "Ada", role: "admin" },
  { email: "grace@example.com", name: "Grace", role: "user" },
] as const;
