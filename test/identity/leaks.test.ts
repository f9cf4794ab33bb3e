/** What is secret in the configuration stays out of the log and of errors; and the search for it works. */
import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createAccount, sendTo } from "../harness.ts";
import { collectTold, ENVIRONMENTS, expectNothingLeaked, listen, secrets, told } from "../leaks.ts";
import { credentialApp } from "./credential-app.ts";

collectTold();

describe.each(ENVIRONMENTS)("in $ENVIRONMENT", (variables) => {
  test.each([
    '{"keys":[{"kty":"oct","kid":"a","k":"too-short-a-key-5ecret"}]}',
    '{"keys":[{"kty":"oct","kid":"a","k":"too-short-a-key-5ecret',
    '["too-short-a-key-5ecret"]',
  ])("a secret TOKEN_KEYS that is none is a 500 that does not hold it: %s", async (TOKEN_KEYS) => {
    secrets.set("the key", "too-short-a-key-5ecret");
    const { headers } = await createAccount();
    const response = await listen(sendTo(credentialApp, "/whoami", { headers }, { ...variables, TOKEN_KEYS }));
    expect(response.status).toBe(500);
    expectNothingLeaked();
  });
});

test("the search finds what it looks for", () => {
  secrets.set("a secret", "found-in-a-line");
  told.push("something found-in-a-line");
  expect(expectNothingLeaked).toThrow("a secret");
  told.splice(0, told.length, createHash("sha256").update("found-in-a-line").digest("hex"));
  expect(expectNothingLeaked).toThrow("a secret");
});
