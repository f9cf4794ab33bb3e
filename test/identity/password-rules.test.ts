import { afterEach, describe, expect, test, vi } from "vitest";
import { givenPassword, newPassword } from "../../src/identity/password-rules.ts";
import { sendJson } from "../harness.ts";

const isTaken = (password: unknown) => newPassword.safeParse(password).success;
/** No common one, of any length. */
const passwordOf = (length: number) => "Tea 茶! ".repeat(50).slice(0, length);

describe("a new password", () => {
  test.each([
    [0, false],
    [7, false],
    [8, true],
    [64, true],
    [256, true],
    [257, false],
    [100_000, false],
  ])("of %i characters: %j", (length, isGood) => {
    expect(isTaken(passwordOf(8).padEnd(length, "xyz").slice(0, length))).toBe(isGood);
  });

  test.each([
    "correct-horse-battery-staple",
    "a password for tests",
    "        b a",
    "密码密碼パスワード",
    "👩‍🚀 to the moon",
  ])("%j is taken, whatever it is made of", (password) => {
    expect(isTaken(password)).toBe(true);
  });

  test.each([
    "password",
    "12345678",
    "qwertyuiop",
    "iloveyou1",
    "letmein123",
    "!qaz2wsx",
    "changeme",
    "password.",
    "autumn2026",
  ])("%s is refused in any case", (common) => {
    const spellings = [common, common.toUpperCase(), common.replace(/^./, (first) => first.toUpperCase())];
    for (const password of spellings) expect(newPassword.safeParse(password).error?.message).toMatch(/most common/);
  });

  test.each(["ｐａｓｓｗｏｒｄ", "PASSWORD１", "ｉloveyou"])(
    "%s is refused: it is hashed as the common one that it stands for (NFKC)",
    (password) => {
      expect(isTaken(password)).toBe(false);
    },
  );

  test.each(["aaaaaaaa", "aAaAaAaA", "        ", "茶".repeat(20), "-".repeat(256), "abababab", "00000001"])(
    "%j is refused: too few different characters",
    (password) => {
      expect(isTaken(password)).toBe(false);
    },
  );

  test.each([
    ["a lone surrogate", `${passwordOf(8)}\ud800`],
    ["a number", 12_345_678_901],
    ["nothing", undefined],
    ["null", null],
  ])("that is %s is refused", (_, password) => {
    expect(isTaken(password)).toBe(false);
  });
});

describe("a password to sign in with", () => {
  test.each([
    [0, false],
    [1, true],
    [256, true],
    [257, false],
  ])("of %i characters: %j", (length, isGood) => {
    expect(givenPassword.safeParse(passwordOf(length)).success).toBe(isGood);
  });

  test("may be one that nobody can choose any more", () => {
    expect(givenPassword.safeParse("password").success).toBe(true);
  });
});

describe("a password that is refused costs no hash", () => {
  /** The platform looks for the option `cost` in each derivation, and nobody else does. */
  const derive = vi.fn<() => undefined>();
  afterEach(() => void Reflect.deleteProperty(Object.prototype, "cost"));

  test.each([
    ["register", { name: "Somebody", password: passwordOf(257) }, 400],
    ["register", { name: "Somebody", password: "password" }, 400],
    ["register", { name: "Somebody", password: "x".repeat(9000) }, 413],
    ["login", { password: passwordOf(257) }, 400],
    ["login", { password: "" }, 400],
    ["login", { password: passwordOf(256) }, 401],
  ])("POST /api/auth/%s", async (path, body, status) => {
    Object.defineProperty(Object.prototype, "cost", { configurable: true, get: derive.mockClear() });
    const response = await sendJson("POST", `/api/auth/${path}`, {
      email: `${crypto.randomUUID()}@example.com`,
      ...body,
    });
    expect(response.status).toBe(status);
    // The last case shows that a derivation would be seen.
    expect(derive).toHaveBeenCalledTimes(status === 401 ? 1 : 0);
  });
});
