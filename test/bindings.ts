/** The bindings of every test in workerd, besides those of `wrangler.toml`. */
import { readD1Migrations } from "@cloudflare/vitest-pool-workers";
import { createTokenKeys } from "../scripts/token-keys.ts";
import { hashPassword } from "../src/identity/passwords/password-hash.ts";

/** The password of every account that the harness makes. */
const PASSWORD = "a password for tests";

export const bindings = {
  LONG: process.env.LONG === "1",
  MIGRATIONS: await readD1Migrations("migrations"),
  ENVIRONMENT: "development",
  TOKEN_KEYS: createTokenKeys(),
  PASSWORD,
  // Made here, once: a hash takes 0.15 s.
  PASSWORD_HASH: hashPassword(PASSWORD),
};
