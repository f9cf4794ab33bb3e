/** The limits of signing in and of the passwords that a session gives are each their own. */
import { expect, test } from "vitest";
import { createAccount, PASSWORD, sendJson } from "../../harness.ts";

test("wrong passwords of a session do not keep the user from signing in", async () => {
  const { user, headers } = await createAccount();
  const change = { currentPassword: "a wrong password", newPassword: "another password for tests" };
  for (let i = 0; i < 5; i++) expect((await sendJson("POST", "/api/me/password", change, headers)).status).toBe(403);
  const credentials = { email: user.email, password: PASSWORD };
  expect((await sendJson("POST", "/api/auth/login", credentials, {}, { ACCOUNT_RATE_LIMIT: 1 })).status).toBe(200);
});
