import { env } from "cloudflare:test";
import { createEmailToken, type EmailPurpose } from "../../../src/identity/tokens/email-tokens.ts";
import { type Account, createAccount, openBrowser, PASSWORD } from "../../harness.ts";
import { formOf, jsonOf, type PreparedRequest, type RouteRequests, visitorForm } from "../../route-requests.ts";

const NEW_PASSWORD = "another password for tests";

const newEmail = () => `${crypto.randomUUID()}@example.com`;

async function accountOf(email: string): Promise<unknown> {
  const select = env.DB.prepare("SELECT name, role, email_verified, credential_epoch FROM users WHERE email = ?");
  return select.bind(email).first();
}

/** An account with a mailed link. */
async function holdLink(purpose: EmailPurpose) {
  const account = await createAccount({ emailVerified: false });
  const token = (await createEmailToken(env.DB, account.user.id, purpose)) ?? "";
  return { account, token, stateOf: () => accountOf(account.user.email) };
}

async function sessionsOf({ user }: Account): Promise<unknown> {
  return env.DB.prepare("SELECT count(*) AS n FROM sessions WHERE user_id = ?").bind(user.id).first("n");
}

/** A page for visitors. */
const page = (path: string) => async (): Promise<PreparedRequest> => ({
  path,
  init: { headers: { Accept: "text/html" } },
  status: 200,
});

/** The form of a mailed link names its account, for password managers: whoever has the link has read that mailbox. */
async function linkPage(purpose: EmailPurpose, path: string): Promise<PreparedRequest> {
  const { token } = await holdLink(purpose);
  return { ...(await page(`${path}?token=${token}`)()), showsOthers: true };
}

export const requests: RouteRequests = {
  "POST /api/auth/register": async () => {
    const email = newEmail();
    const init = jsonOf("POST", { email, name: "New", password: PASSWORD });
    return { path: "/api/auth/register", init, status: 201, repeatStatus: 409, stateOf: () => accountOf(email) };
  },
  "POST /api/auth/login": async () => {
    const account = await createAccount();
    const init = jsonOf("POST", { email: account.user.email, password: PASSWORD });
    return { path: "/api/auth/login", init, status: 200, isRepeated: true, stateOf: () => sessionsOf(account) };
  },
  "POST /api/auth/refresh": async () => {
    const account = await createAccount();
    const init = jsonOf("POST", { refreshToken: account.refreshToken });
    return { path: "/api/auth/refresh", init, status: 200, stateOf: () => sessionsOf(account) };
  },
  "POST /api/auth/logout": async () => {
    const account = await createAccount();
    const init = { method: "POST", headers: account.headers };
    return { path: "/api/auth/logout", init, status: 204, repeatStatus: 401, stateOf: () => sessionsOf(account) };
  },
  "POST /api/auth/forgot-password": async () => {
    const { email } = (await createAccount()).user;
    return { path: "/api/auth/forgot-password", init: jsonOf("POST", { email }), status: 202, isRepeated: true };
  },
  "POST /api/auth/reset-password": async () => {
    const { token, stateOf } = await holdLink("reset");
    const init = jsonOf("POST", { token, password: NEW_PASSWORD });
    return { path: "/api/auth/reset-password", init, status: 200, repeatStatus: 422, stateOf };
  },
  "POST /api/auth/verify-email": async () => {
    const { account, token, stateOf } = await holdLink("verify");
    const init = jsonOf("POST", { token }, account.headers);
    return { path: "/api/auth/verify-email", init, status: 200, repeatStatus: 422, stateOf };
  },
  "GET /login": page("/login"),
  "POST /login": async () => {
    const account = await createAccount();
    const init = visitorForm({ email: account.user.email, password: PASSWORD });
    return { path: "/login", init, status: 303, isRepeated: true, stateOf: () => sessionsOf(account) };
  },
  "GET /register": page("/register"),
  "POST /register": async () => {
    const email = newEmail();
    const init = visitorForm({ email, name: "New", password: PASSWORD });
    return { path: "/register", init, status: 303, repeatStatus: 409, stateOf: () => accountOf(email) };
  },
  "POST /logout": async () => {
    const account = await createAccount();
    const init = formOf(await openBrowser(account));
    return { path: "/logout", init, status: 303, repeatStatus: 401, stateOf: () => sessionsOf(account) };
  },
  "GET /outbox": async () => ({ ...(await page("/outbox")()), showsOthers: true }),
  "GET /forgot-password": page("/forgot-password"),
  "POST /forgot-password": async () => {
    const { email } = (await createAccount()).user;
    return { path: "/forgot-password", init: visitorForm({ email }), status: 303, isRepeated: true };
  },
  "GET /reset-password": async () => linkPage("reset", "/reset-password"),
  "POST /reset-password": async () => {
    const { token, stateOf } = await holdLink("reset");
    const init = visitorForm({ token, password: NEW_PASSWORD });
    return { path: "/reset-password", init, status: 303, repeatStatus: 422, showsOthers: true, stateOf };
  },
  "GET /verify-email": async () => linkPage("verify", "/verify-email"),
  "POST /verify-email": async () => {
    const { account, token, stateOf } = await holdLink("verify");
    const init = formOf(await openBrowser(account), { token });
    return { path: "/verify-email", init, status: 303, showsOthers: true, stateOf };
  },
};
