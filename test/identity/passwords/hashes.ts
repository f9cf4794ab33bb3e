/** Hashes that the app made in another year, and a look at how often one is derived. */
import { env } from "cloudflare:test";
import { scryptSync } from "node:crypto";
import { createUser } from "../../../src/identity/users/users.ts";

/** A hash as the app made it in another year: by hand, so that the form is checked against its definition. */
export function hashAs(
  password: string,
  { ln, r = 8, p = 1, bytes = 32 }: { ln: number; r?: number; p?: number; bytes?: number },
) {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const hash = scryptSync(password, salt, bytes, { N: 2 ** ln, r, p, maxmem: 2 ** 27 });
  const [saltText, hashText] = [Buffer.from(salt), hash].map((part) => part.toString("base64").replaceAll("=", ""));
  return `$scrypt$ln=${ln},r=${r},p=${p}$${saltText}$${hashText}`;
}

/**
 * Counts derivations by what the platform does in each, and nobody else does: it looks for the
 * option `cost`, another name of N. The module itself can't be spied on in workerd.
 */
export function watchScrypt(): { N: number; r: number; p: number }[] {
  const seen: { N: number; r: number; p: number }[] = [];
  Object.defineProperty(Object.prototype, "cost", {
    configurable: true,
    get(this: { N: number; r: number; p: number }) {
      const { N, r, p } = this;
      seen.push({ N, r, p });
    },
  });
  return seen;
}
/** Ends what `watchScrypt` has begun. */
export const endWatch = () => void Reflect.deleteProperty(Object.prototype, "cost");

/** What is derived today. */
export const TODAY = { N: 2 ** 14, r: 8, p: 5 };

export const newUser = async (passwordHash: string) => {
  const user = await createUser(env.DB, {
    email: `${crypto.randomUUID()}@example.com`,
    name: "Somebody",
    passwordHash,
  });
  if (!user) throw new Error("The address is taken");
  return user;
};
