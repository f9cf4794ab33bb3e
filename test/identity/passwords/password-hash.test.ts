import { env } from "cloudflare:test";
import { scryptSync } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { checkPassword } from "../../../src/identity/passwords/check-password.ts";
import { hashPassword, isOutdated, verifyPassword } from "../../../src/identity/passwords/password-hash.ts";
import { createUser, rehashPassword } from "../../../src/identity/users/users.ts";
import { createAccount, PASSWORD, sendJson } from "../../harness.ts";

/** A hash as the app made it in another year: by hand, so that the form is checked against its definition. */
function hashAs(
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
function watchScrypt(): { N: number; r: number; p: number }[] {
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
afterEach(() => void Reflect.deleteProperty(Object.prototype, "cost"));

const TODAY = { N: 2 ** 14, r: 8, p: 5 };
const storedHashOf = (id: string) =>
  env.DB.prepare("SELECT password_hash FROM users WHERE id = ?").bind(id).first<string>("password_hash");
const login = (email: string, password: string) => sendJson("POST", "/api/auth/login", { email, password });
const newUser = async (passwordHash: string) => {
  const user = await createUser(env.DB, {
    email: `${crypto.randomUUID()}@example.com`,
    name: "Somebody",
    passwordHash,
  });
  if (!user) throw new Error("The address is taken");
  return user;
};

describe("hashPassword", () => {
  test("gives a PHC string with a salt of its own, and derives with N=2^14, r=8, p=5", () => {
    const seen = watchScrypt();
    const hashes = [hashPassword("a password"), hashPassword("a password")];
    expect(seen).toEqual([TODAY, TODAY]);
    for (const hash of hashes) expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(new Set(hashes.map((hash) => hash.split("$")[3])).size).toBe(2);
  });

  test("gives what RFC 7914 says of password and salt", () => {
    const [, , , salt = "", hash] = hashPassword("a password").split("$");
    const derived = scryptSync("a password", Buffer.from(salt, "base64"), 32, TODAY);
    expect(hash).toBe(derived.toString("base64").replace("=", ""));
  });
});

describe("verifyPassword", () => {
  test("tells the password from others", () => {
    const stored = hashPassword("Pässword 茶🍵");
    expect(verifyPassword("Pässword 茶🍵", stored)).toBe(true);
    for (const other of ["pässword 茶🍵", "Pässword 茶🍵 ", ""]) expect(verifyPassword(other, stored)).toBe(false);
  });

  test("takes two ways to type a letter for the same (NFKC)", () => {
    const stored = hashPassword("é ﬁ Å and more");
    expect(verifyPassword("e\u0301 fi A\u030A and more", stored)).toBe(true);
    expect(verifyPassword("e fi A and more", stored)).toBe(false);
  });

  test.each([
    { ln: 10 },
    { ln: 4, r: 1, p: 1 },
    { ln: 10, r: 16, p: 2 },
    { ln: 14, r: 8, p: 4 },
    { ln: 15, r: 8, p: 1 },
    { ln: 10, bytes: 64 },
  ])("derives with the parameters of the hash: %j", (parameters) => {
    const stored = hashAs("a password", parameters);
    expect(verifyPassword("a password", stored)).toBe(true);
    expect(verifyPassword("b password", stored)).toBe(false);
  });

  test("derives once, as for a wrong password, where there is no account, and says no", () => {
    const stored = hashPassword("a password");
    const seen = watchScrypt();
    expect(verifyPassword("b password", stored)).toBe(false);
    expect(verifyPassword("a password", undefined)).toBe(false);
    expect(seen).toEqual([TODAY, TODAY]);
  });

  test.each([
    "",
    "a password",
    "$scrypt$$c2FsdA$aGFzaA",
    "$scrypt$ln=14,r=8$c2FsdA$aGFzaA",
    "$scrypt$p=5,r=8,ln=14$c2FsdA$aGFzaA",
    "$scrypt$ln=14,r=8,p=5$c2FsdA",
    "$argon2id$ln=14,r=8,p=5$c2FsdA$aGFzaA",
  ])("throws for %j, which is no hash of ours, and does not say it", (stored) => {
    expect(() => verifyPassword("a password", stored)).toThrow(/^(The parameters of a|A) stored password hash/);
    expect(() => verifyPassword("a password", stored)).not.toThrow(/c2FsdA|aGFzaA/);
  });
});

test("isOutdated tells a hash with other parameters from today's", () => {
  expect(isOutdated(hashPassword("a password"))).toBe(false);
  for (const parameters of [{ ln: 10 }, { ln: 14, r: 8, p: 1 }, { ln: 4, r: 1, p: 5 }]) {
    expect(isOutdated(hashAs("a password", parameters))).toBe(true);
  }
});

describe("a login", () => {
  test("replaces a hash of other parameters by one of today's, which works", async () => {
    const { id, email } = await newUser(hashAs("a password", { ln: 10 }));
    expect((await login(email, "a password")).status).toBe(200);
    const replaced = (await storedHashOf(id)) ?? "";
    expect(replaced).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect((await login(email, "a password")).status).toBe(200);
    expect(await storedHashOf(id)).toBe(replaced);
  });

  test("with a wrong password replaces nothing", async () => {
    const stored = hashAs("a password", { ln: 10 });
    const { id, email } = await newUser(stored);
    expect((await login(email, "b password")).status).toBe(401);
    expect(await storedHashOf(id)).toBe(stored);
  });

  test("that rehashes while the password is changed does not bring the old one back", async () => {
    const { id } = await newUser("changed meanwhile");
    await rehashPassword(env.DB, id, "the hash that was checked", "its replacement");
    expect(await storedHashOf(id)).toBe("changed meanwhile");
  });

  test("derives as often for an address without an account as for a wrong password", async () => {
    const { user } = await createAccount();
    for (const email of [user.email, `${crypto.randomUUID()}@example.com`]) {
      const seen = watchScrypt();
      expect((await login(email, "b password")).status).toBe(401);
      expect(seen).toEqual([TODAY]);
    }
    const turn = { verify: verifyPassword, hash: hashPassword, end() {}, ended: Promise.resolve() };
    expect(await checkPassword(env.DB, turn, { id: crypto.randomUUID() }, PASSWORD)).toBeUndefined();
  });
});
