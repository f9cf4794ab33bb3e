/** Drives every flow of an account that handles a secret, and looks for each in the log and in what errors say. */
import type { Env } from "../../../src/env.ts";
import { createAccount, openBrowser, PASSWORD, PERMISSION, send } from "../../harness.ts";
import { collectTold, form, json, listen, mailedToken, noteStoredHashes, secrets, testLeaks } from "../../leaks.ts";

collectTold();

/** All of the API's flows once, right and wrong. */
async function driveApi(bindings: Partial<Env>): Promise<void> {
  const account = await createAccount({ emailVerified: false });
  const { email } = account.user;
  const bearer: Record<string, string> = { ...account.headers };
  const [password, wrong, name] = [`pässword "1" ${email}`, `wrong "1" ${email}`, `a key of ${email}`];
  for (const [what, secret] of Object.entries({ PASSWORD, password, wrong, name })) secrets.set(what, secret);
  const accessToken = account.headers.Authorization.slice("Bearer ".length);
  secrets.set("the account's token", accessToken);
  secrets.set("the account's refresh token", account.refreshToken);

  await json("/api/me", { name: wrong, password: wrong }, bindings, bearer, "PATCH");
  await json("/api/me/keys", { name: "k", permissions: ["none:such"] }, bindings, bearer);
  const made = await json("/api/me/keys", { name, permissions: [PERMISSION] }, bindings, bearer);
  const { key = "" } = await made.json<{ key?: string }>();
  if (key) secrets.set("an API key", key);
  await noteStoredHashes();
  for (const shown of [key, `${key}x`]) await listen(send("/api/me", { headers: { "X-API-Key": shown } }, bindings));
  await listen(send("/api/me", { headers: { Authorization: `Bearer ${accessToken}x` } }, bindings));

  await json("/api/me/verify-email", {}, bindings, bearer);
  await noteStoredHashes();
  const token = await mailedToken(email);
  if (token) secrets.set("a mailed token", token);
  await json("/api/me/password", { currentPassword: wrong, newPassword: password }, bindings, bearer);
  await json("/api/me/confirm-password", { password: wrong }, bindings, bearer);
  await json("/api/me/password", { currentPassword: PASSWORD, newPassword: password }, bindings, bearer);
  await json("/api/me/confirm-password", { password }, bindings, bearer);
  await noteStoredHashes();
}

/** The same of the pages. */
async function drivePages(bindings: Partial<Env>): Promise<void> {
  const account = await createAccount({ emailVerified: false });
  const { email } = account.user;
  const { headers, csrf } = await openBrowser(account);
  const [password, wrong] = [`pässword "2" ${email}`, `wrong "2" ${email}`];
  for (const [what, secret] of Object.entries({ PASSWORD, password, wrong, csrf }))
    secrets.set(`${what} of the pages`, secret);
  secrets.set("the cookie", headers.Cookie.replace("__Host-session=", ""));

  await form("/account/password", { csrf, currentPassword: wrong, newPassword: password }, bindings, headers.Cookie);
  await form("/account/password", { csrf: `${csrf}x`, currentPassword: PASSWORD }, bindings, headers.Cookie);
  await listen(send("/account", { headers: { Accept: "text/html", Cookie: headers.Cookie } }, bindings));
  await noteStoredHashes();
}

testLeaks(async (bindings) => {
  await driveApi(bindings);
  await drivePages(bindings);
}, 20);
