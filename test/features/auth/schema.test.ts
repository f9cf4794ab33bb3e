/** The input of registration, sign-in and mailed links. */
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { login, registration, registrationForm, verification } from "../../../src/features/auth/schema.ts";
import { APP_NAME } from "../../../src/web/app/app-name.ts";
import { DEMO_PASSWORD } from "../../../src/web/pages/demo-data.ts";

describe("the input of an account", () => {
  const good = { email: "grace@example.com", name: "Grace Hopper", password: "a password for tests" };

  test.each([
    ["registration", registration],
    ["registrationForm", registrationForm],
  ])("%s refuses a password made from the rest of it", (_, schema) => {
    expect(schema.parse(good)).toEqual(good);
    expect(schema.parse({ ...good, password: DEMO_PASSWORD })).toMatchObject({ password: DEMO_PASSWORD });
    for (const password of ["Grace2026!", "gracehopper", "grace@example.com", `${APP_NAME}20261990`, "ｇrace123"]) {
      const { error } = schema.safeParse({ ...good, password });
      expect(error?.issues).toEqual([
        expect.objectContaining({ path: ["password"], message: expect.stringMatching(/is based on/) }),
      ]);
    }
    const typed = { ...good, email: "Tea@MÜNCHEN.de", password: "tea@münchen.de 1" };
    expect(schema.safeParse(typed).error?.issues).toMatchObject([{ path: ["password"] }]);
  });

  test("a form has other fields besides; the API does not", () => {
    expect(registrationForm.parse({ ...good, csrf: "x" })).toEqual(good);
    expect(registration.safeParse({ ...good, csrf: "x" }).success).toBe(false);
    expect(z.object(registration.shape).parse({ ...good, csrf: "x" })).toEqual(good);
  });

  test.each([
    ["absent", {}, true],
    ["of 200 characters", { deviceToken: "x".repeat(200) }, true],
    ["of 201 characters", { deviceToken: "x".repeat(201) }, false],
    ["null", { deviceToken: null }, false],
  ])("login takes a device token that is %s: %j", (_, more, isGood) => {
    const given = { email: "grace@example.com", password: "x", ...more };
    expect(login.safeParse(given)).toMatchObject(isGood ? { success: true, data: given } : { success: false });
  });

  describe.each([
    ["the API", verification],
    ["a form", z.object(verification.shape)],
  ])("verification by %s", (_, schema) => {
    test.each([
      [{}, undefined],
      [{ password: "" }, undefined],
      [{ password: "x" }, "x"],
      [{ password: " " }, " "],
    ])("with %j has the password %j", (more, password) => {
      const { data } = schema.safeParse({ token: "t", ...more });
      expect([data?.token, data?.password]).toEqual(["t", password]);
    });

    test.each([null, 7, "x".repeat(257)])("refuses the password %j", (password) => {
      expect(schema.safeParse({ token: "t", password }).error?.issues).toMatchObject([{ path: ["password"] }]);
    });
  });
});
