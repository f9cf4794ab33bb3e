import { env } from "cloudflare:test";
import { scryptSync } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { checkPassword } from "../../../src/identity/passwords/check-password.ts";
import { hashPassword, isOutdated, verifyPassword } from "../../../src/identity/passwords/password-hash.ts";
import { rehashPassword } from "../../../src/identity/users/users.ts";
import { PASSWORD } from "../../harness.ts";
import { endWatch, hashAs, newUser, TODAY, watchScrypt } from "./hashes.ts";

afterEach(endWatch);

describe("hashPassword", () => {
  test("gives a PHC string with a salt of its own, and derives with N=2^14, r=8, p=5", () => {
    const seen = watchScrypt();
    const hashes = [hashPassword("a password"), hashPassword("a password")];
    expect(seen).toEqual([TODAY, TODAY]);
    for (const hash of hashes) expect(hash).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(new Set(hashes.map((hash) => hash.split("$")[3])).size).toBe(2);
  });

  test("gives the vectors of RFC 7914", () => {
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

  test("without an account, derives once, as for a wrong password, and says no", () => {
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

describe("rehashPassword", () => {
  test("while the password is changed does not bring the old one back", async () => {
    const { id } = await newUser("changed meanwhile");
    await rehashPassword(env.DB, id, "the hash that was checked", "its replacement");
    const stored = env.DB.prepare("SELECT password_hash FROM users WHERE id = ?").bind(id);
    expect(await stored.first("password_hash")).toBe("changed meanwhile");
  });
});

describe("checkPassword", () => {
  test("knows no password of an account that there is not", async () => {
    const turn = { verify: verifyPassword, hash: hashPassword, end() {}, ended: Promise.resolve() };
    expect(await checkPassword(env.DB, turn, { id: crypto.randomUUID() }, PASSWORD)).toBeUndefined();
  });
});
