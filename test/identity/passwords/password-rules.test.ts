/** Which passwords are refused. */
import { describe, expect, test } from "vitest";
import { COMMON_PASSWORDS } from "../../../src/identity/passwords/common-passwords.ts";
import { givenPassword, newPassword, personalProblem } from "../../../src/identity/passwords/password-rules.ts";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { DEMO_PASSWORD } from "../../../src/web/pages/demo-data.ts";

const isAccepted = (password: unknown) => newPassword.safeParse(password).success;
const messageFor = (password: unknown) => newPassword.safeParse(password).error?.issues[0]?.message;
/** An uncommon one of any length. */
const passwordOf = (length: number) => "Tea 茶! ".repeat(50).slice(0, length);
const capitalized = (text: string) => text.replace(/^./, (first) => first.toUpperCase());

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
    expect(isAccepted(passwordOf(8).padEnd(length, "xyz").slice(0, length))).toBe(isGood);
  });

  test.each([
    ["characters beyond U+FFFF", "😀🚀🎈🎉", [2, 64], [1, 65]],
    ["characters that normalization composes (NFD)", "Straße über Öl".normalize("NFD"), [1, 18], [19]],
    ["Hangul in letters (NFD)", "한국말".normalize("NFD"), [3, 85], [2, 86]],
    ["characters that compose four to one", "ᾂᾃᾇ".normalize("NFD"), [3, 85], [2, 86]],
    ["a ligature that normalization takes apart", "ﬃŷẑ", [2, 51], [1, 52]],
  ])("is judged in the form in which it is hashed: %s", (_, part, good, bad) => {
    for (const count of good) expect([count, messageFor(part.repeat(count))]).toEqual([count, undefined]);
    for (const count of bad) expect([count, messageFor(part.repeat(count))]).toEqual([count, expect.any(String)]);
  });

  test.each([
    "correct-horse-battery-staple",
    "a password for tests",
    "        b a",
    "密码密碼パスワード",
    "👩‍🚀 to the moon",
  ])("%j is accepted, whatever it is made of", (password) => {
    expect(isAccepted(password)).toBe(true);
  });

  test("each of the 3,000 most common ones is refused in any case", () => {
    const spellings = COMMON_PASSWORDS.flatMap((common) => [common, common.toUpperCase(), capitalized(common)]);
    expect(spellings.filter(isAccepted)).toEqual([]);
  });

  test.each([
    "Password123!",
    "football2026",
    "letmein2026",
    "Welcome-2026",
    "password.",
    "DRAGON 1!?",
    "monkey٣٣٣٣",
    "trustno999",
    "trustno_______",
    "qwertyuiop👍",
    "abcd5678$",
    "PASSWORD\u0308",
  ])("%s is refused: it is a common one with another ending", (password) => {
    expect(messageFor(password)).toMatch(/most common/);
  });

  test("each common one of at least 4 letters is refused with other endings", () => {
    const stems = COMMON_PASSWORDS.map((common) => common.replace(/[^a-z]+$/, ""));
    const telling = stems.filter((stem) => stem.replace(/[^a-z]/g, "").length >= 4);
    expect(telling.length).toBeGreaterThan(1800);
    const varied = telling.flatMap((stem) => [`${stem}58201749`, `${stem.toUpperCase()}!?!?1234`, `${stem}        `]);
    expect(varied.filter(isAccepted)).toEqual([]);
  });

  test.each([
    ["letters behind the stem", "football2026x"],
    ["something before the stem", "2026football"],
    ["a word before the stem", "myfootball!!"],
    ["the stem in words", "my football team is Ajax"],
    ["a stem of 3 letters", "123qwe-2026-71"],
    ["no letters", "8361-9027-4415"],
  ])("%s: %s is accepted", (_, password) => {
    expect(messageFor(password)).toBeUndefined();
  });

  test.each(["ｐａｓｓｗｏｒｄ", "PASSWORD１", "ｉloveyou", "Ｆootball²⁰²⁶", "paſſword77", "\u212aawasaki2026"])(
    "%s is refused: it is hashed as the common one that it stands for (NFKC)",
    (password) => {
      expect(messageFor(password)).toMatch(/most common/);
    },
  );

  test.each([
    "aaaaaaaa",
    "aAaAaAaA",
    "        ",
    "茶".repeat(20),
    "-".repeat(256),
    "abababab",
    "00000001",
    "ａaＡＡaaａA",
  ])("%j is refused: too few different characters", (password) => {
    expect(messageFor(password)).toMatch(/3 different/);
  });

  test.each([
    ["a lone surrogate", `${passwordOf(8)}\ud800`],
    ["a number", 12_345_678_901],
    ["nothing", undefined],
    ["null", null],
  ])("that is %s is refused", (_, password) => {
    expect(isAccepted(password)).toBe(false);
  });
});

describe("a password that its owner must not use", () => {
  const owner = { email: "grace1990@xn--mnchen-3ya.de", name: "Grâce Höpper" };
  const problem = (password: string) => personalProblem(password, owner, false);

  const sources: readonly (readonly [source: RegExp, texts: readonly string[]])[] = [
    [/e-mail address/, ["grace1990@xn--mnchen-3ya.de", "grace1990@münchen.de", "grace1990"]],
    [/name of the account/, ["Grâce Höpper", "grâcehöpper", "Grâce\u00a0 Höpper"]],
    [/name of this app/, [APP_NAME]],
  ];
  const endings = ["", "1", "2026", "123!", "!!!!", " 2026 ", "_-.", "٣", "👍"];

  describe.each(sources)("%s", (source, texts) => {
    test.each(texts)("%s is refused in every spelling, with and without an ending", (text) => {
      const spellings = [text, text.toUpperCase(), text.toLowerCase(), capitalized(text), text.normalize("NFD")];
      for (const password of spellings.flatMap((spelling) => endings.map((ending) => spelling + ending)))
        expect([password, problem(password)]).toEqual([password, expect.stringMatching(source)]);
    });
  });

  test.each([
    ["the name with something invisible in it", "Grâce\u200bHöpper", /name of the account/],
    ["the name in wide letters", "Ｇｒâｃｅ　Ｈöｐｐｅｒ", /name of the account/],
    ["the local part with other digits", "grace2026", /e-mail address/],
  ])("%s is refused", (_, password, message) => {
    expect(problem(password)).toMatch(message);
  });

  test.each([
    "grace likes tea",
    "2026grace1990",
    "hopper-and-tea",
    "Candor is a virtue",
    "my candor 2026",
    "88301-99274",
    "xn--mnchen-3ya.de",
  ])("%s is accepted", (password) => {
    expect(problem(password)).toBeUndefined();
  });

  test.each([
    ["a name of digits only", { email: "x@example.com", name: "4711" }, "4711-2026", true],
    ["a short local part", { email: "o&m@example.com", name: "Someone" }, "o&m123456", true],
    ["a short local part, letters behind", { email: "o&m@example.com", name: "Someone" }, "o&many-teas", false],
    ["a short stem with other digits", { email: "a1@example.com", name: "Someone" }, "a9283746", false],
    ["a name in Greek, its final sigma before a space", { email: "x@y", name: "Οδυσσέας Λάος" }, "ΟΔΥΣΣΈΑΣΛΆΟΣ1", true],
    ["a name without a visible character", { email: "x@y", name: "\u200b" }, "8361-9027", false],
    ["an empty name", { email: "x@y", name: "" }, "8361-9027", false],
  ])("%s", (_, someone, password, isRefused) => {
    expect(personalProblem(password, someone, false) !== undefined).toBe(isRefused);
  });

  test.each([DEMO_PASSWORD, DEMO_PASSWORD.toUpperCase(), DEMO_PASSWORD.replace("c", "ｃ")])(
    "%s is refused outside development",
    (password) => {
      expect(problem(password)).toMatch(/demonstration/);
      expect(personalProblem(password, owner, true)).toBeUndefined();
    },
  );

  test("a password refused for its owner is refused in development, too", () => {
    expect(personalProblem("grace1990", owner, true)).toMatch(/e-mail address/);
  });
});

describe("a password to sign in with", () => {
  test.each([
    [0, false],
    [1, true],
    [256, true],
    [257, false],
    [100_000, false],
  ])("of %i characters: %j", (length, isGood) => {
    expect(givenPassword.safeParse(passwordOf(8).padEnd(length, "xyz").slice(0, length)).success).toBe(isGood);
  });

  test.each(["NFC", "NFD", "NFKC", "NFKD"])("fits in form %s if it fitted when it was chosen", (form) => {
    const chosen = "한국말".repeat(85);
    expect(isAccepted(chosen)).toBe(true);
    expect(givenPassword.safeParse(chosen.normalize(form)).success).toBe(true);
  });

  test("may be one that can no longer be chosen", () => {
    expect(givenPassword.safeParse("password").success).toBe(true);
  });
});
