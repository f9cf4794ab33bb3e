import { env } from "cloudflare:test";
import { afterEach, describe, expect, test } from "vitest";
import { createAccount, sendJson } from "../../harness.ts";
import { useRealHashing } from "../../identity/passwords/fast-hashing.ts";
import { endWatch, hashAs, newUser, TODAY, watchScrypt } from "../../identity/passwords/hashes.ts";

useRealHashing();

afterEach(endWatch);

const storedHashOf = (id: string) =>
  env.DB.prepare("SELECT password_hash FROM users WHERE id = ?").bind(id).first<string>("password_hash");
const login = (email: string, password: string) => sendJson("POST", "/api/auth/login", { email, password });

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

  test("derives as often for an address without an account as for a wrong password", async () => {
    const { user } = await createAccount();
    for (const email of [user.email, `${crypto.randomUUID()}@example.com`]) {
      const seen = watchScrypt();
      expect((await login(email, "b password")).status).toBe(401);
      expect(seen).toEqual([TODAY]);
    }
  });
});
