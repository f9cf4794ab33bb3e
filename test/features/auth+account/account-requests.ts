/** Requests of the account model. */
import type { Env } from "../../../src/env.ts";
import { newAddress, send, sendJson } from "../../harness.ts";
import { createMemoryLimiters } from "../../identity/memory-limiter.ts";

type Headers = Readonly<Record<string, string>>;

/** Few failures exhaust an account, so that guesses matter; nothing else is in the way. */
export const LIMITS: Partial<Env> = {
  ACCOUNT_RATE_LIMIT: 3,
  SIGN_IN_RATE_LIMIT: 1_000_000,
  API_RATE_LIMIT: 1_000_000,
  RATE_LIMITER: createMemoryLimiters(),
};

const SENDER = { "CF-Connecting-IP": "192.0.2.1" };
/** Requests that cause mails: ten from one address would be all. */
const MAIL_PATHS = ["/api/auth/register", "/register", "/api/auth/forgot-password", "/api/me/verify-email"];

function senderOf(path: string): Headers {
  return MAIL_PATHS.includes(path) ? { "CF-Connecting-IP": newAddress() } : SENDER;
}

export function get(path: string, headers: Headers): Promise<Response> {
  return send(path, { headers: { ...SENDER, ...headers } }, LIMITS);
}

export function postJson(path: string, body: unknown, headers: Headers = {}): Promise<Response> {
  return sendJson("POST", path, body, { ...senderOf(path), ...headers }, LIMITS);
}

export function postForm(path: string, fields: Readonly<Record<string, string>>, headers: Headers): Promise<Response> {
  const all = { ...senderOf(path), "Sec-Fetch-Site": "same-origin", Accept: "text/html", ...headers };
  return send(path, { method: "POST", headers: all, body: new URLSearchParams(fields) }, LIMITS);
}
