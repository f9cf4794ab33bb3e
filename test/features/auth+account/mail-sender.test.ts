/** The limit `mail-sender` counts the mails of both features together. */
import { expect, test } from "vitest";
import { createAccount, newAddress, send, sendJson } from "../../harness.ts";

test("10 mails in 15 minutes from one address, over the routes of signing in and of the account together", async () => {
  const ip = { "CF-Connecting-IP": newAddress() };
  const forgot = async () =>
    (await sendJson("POST", "/api/auth/forgot-password", { email: `${crypto.randomUUID()}@example.com` }, ip)).status;
  const again = async () => {
    const { headers } = await createAccount({ emailVerified: false });
    return (await send("/api/me/verify-email", { method: "POST", headers: { ...headers, ...ip } })).status;
  };
  for (let i = 0; i < 5; i++) expect([await forgot(), await again()]).toEqual([202, 202]);
  expect([await forgot(), await again()]).toEqual([429, 429]);
});
