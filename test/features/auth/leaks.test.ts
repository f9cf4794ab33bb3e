/** Drives every flow of signing in and of mailed links, and looks for each secret in the log and in what errors say. */
import type { Env } from "../../../src/env.ts";
import { hashSecret } from "../../../src/identity/tokens/secret.ts";
import { createAccount, openBrowser, PASSWORD, send } from "../../harness.ts";
import {
  collectTold,
  form,
  json,
  listen,
  mailedToken,
  noteStoredHashes,
  secrets,
  testLeaks,
  testLostMails,
} from "../../leaks.ts";

collectTold();

/** All of the API's flows once, right and wrong. */
async function driveApi(bindings: Partial<Env>): Promise<void> {
  const account = await createAccount({ emailVerified: false });
  const { email } = account.user;
  const bearer: Record<string, string> = { ...account.headers };
  const [password, wrong, next] = [`pässword "1" ${email}`, `wrong "1" ${email}`, `next "1" ${email}`];
  for (const [what, secret] of Object.entries({ PASSWORD, password, wrong, next })) secrets.set(what, secret);
  secrets.set("the account's token", account.headers.Authorization.slice("Bearer ".length));
  secrets.set("the account's refresh token", account.refreshToken);

  await json("/api/auth/register", { email: `new-${email}`, name: "N", password }, bindings);
  await json("/api/auth/register", { email: `new-${email}`, name: "N", password }, bindings);
  await json("/api/auth/register", { email, name: "", password: wrong, passwordAgain: wrong }, bindings);
  await json("/api/auth/register", `{"email":"x","password":"${hashSecret(wrong)}`, bindings);
  secrets.set("a password in broken JSON", hashSecret(wrong));
  await json("/api/auth/login", { email, password: wrong }, bindings);
  await json("/api/auth/login", { email, password: wrong.repeat(20) }, bindings);
  const tokens = await (await json("/api/auth/login", { email, password: PASSWORD }, bindings)).json<
    Record<string, string>
  >();
  const { refreshToken = "", accessToken = "" } = tokens;
  if (refreshToken) secrets.set("a refresh token", refreshToken).set("an access token", accessToken);
  await noteStoredHashes();
  const refreshed = await (await json("/api/auth/refresh", { refreshToken }, bindings)).json<Record<string, string>>();
  if (refreshed.refreshToken) secrets.set("its successor", refreshed.refreshToken);
  await json("/api/auth/refresh", { refreshToken: refreshToken.replace(/.$/, "!") }, bindings);
  await json("/api/auth/refresh", { refreshToken: refreshed.refreshToken }, bindings);
  await json("/api/auth/refresh", { refreshToken }, bindings);

  await json("/api/auth/logout", {}, bindings, { Authorization: `Bearer ${accessToken}x` });
  await listen(
    send(`/none/${accessToken}?token=${accessToken}`, { headers: { Accept: "text/html", ...bearer } }, bindings),
  );

  await json("/api/auth/forgot-password", { email }, bindings);
  await noteStoredHashes();
  const token = await mailedToken(email);
  if (token) secrets.set("a mailed token", token);
  await json("/api/auth/verify-email", { token }, bindings);
  await json("/api/auth/reset-password", { token, password: "password" }, bindings);
  await json("/api/auth/reset-password", { token: `${token}x`, password: next }, bindings);
  await json("/api/auth/reset-password", { token, password: next }, bindings);
  await json("/api/auth/logout", {}, bindings, bearer);
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
  const page = { Accept: "text/html", Cookie: headers.Cookie };

  await form("/register", { email: `new-${email}`, name: "N", password }, bindings);
  await form("/register", { email: `new-${email}`, name: "N", password }, bindings);
  await form("/register", { email: "no address", name: "", password: wrong }, bindings);
  await form(
    "/register",
    { email: wrong.slice(0, 5), name: "N", password: wrong.repeat(20) },
    bindings,
    headers.Cookie,
  );
  await form("/login", { email, password: wrong }, bindings, headers.Cookie);
  await form("/login", { email, password: PASSWORD, next: "//evil.example" }, bindings);
  await form("/forgot-password", { email }, bindings);
  const token = await mailedToken(email);
  if (token) secrets.set("a mailed token of the pages", token);
  await listen(send(`/reset-password?token=${token}`, { headers: page }, bindings));
  await form("/reset-password", { token, password: "password" }, bindings);
  await form("/reset-password", { token: `${token}x`, password }, bindings);
  await form("/verify-email", { token }, bindings);
  await form("/logout", { csrf: `${csrf}x` }, bindings, headers.Cookie);
  await form("/logout", { csrf }, bindings, headers.Cookie);
  await form("/logout", { csrf }, bindings, headers.Cookie);
  await noteStoredHashes();
}

testLeaks(async (bindings) => {
  await driveApi(bindings);
  await drivePages(bindings);
}, 40);

testLostMails(2, async (bindings, { user: { email } }) => {
  await json("/api/auth/forgot-password", { email }, bindings);
  await form("/forgot-password", { email }, bindings);
});
