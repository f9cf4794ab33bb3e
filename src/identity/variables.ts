/** Checks the variables of a deployment at the first request, so that a mistake surfaces immediately. */
import type { Env } from "../env.ts";
import { isLoopback } from "../web/request/own-origin.ts";
import { readTokenKeys } from "./tokens/token-keys.ts";
import { normalizeEmail } from "./users/account-schema.ts";

interface Rule {
  readonly name: keyof Env;
  /** Completes the sentence "The variable … must be". Never contains the value, since some are secrets. */
  readonly mustBe: string;
  readonly isMet: (env: Env) => boolean;
}

const ORIGIN = "such as https://example.com, without a path or a trailing slash";
const RULES: readonly Rule[] = [
  { name: "ENVIRONMENT", mustBe: "a non-empty string", isMet: (env) => isText(env.ENVIRONMENT, /./) },
  {
    name: "PUBLIC_ORIGIN",
    mustBe: `the app's https origin, ${ORIGIN}. It may be empty only in development`,
    isMet: isPublicOriginValid,
  },
  ...(["API_RATE_LIMIT", "SIGN_IN_RATE_LIMIT", "ACCOUNT_RATE_LIMIT"] as const).map((name) => ({
    name,
    mustBe: "a whole number above 0, written as a number and not as a string",
    isMet: (env: Env) => Number.isSafeInteger(env[name]) && env[name] > 0,
  })),
  {
    name: "CORS_ORIGINS",
    mustBe: `empty, or origins separated by spaces, each ${ORIGIN}`,
    isMet: ({ CORS_ORIGINS }) => isText(CORS_ORIGINS) && CORS_ORIGINS.split(" ").filter(Boolean).every(isOrigin),
  },
  {
    name: "ADMIN_EMAIL",
    mustBe: "an e-mail address, or empty",
    isMet: ({ ADMIN_EMAIL }) =>
      isText(ADMIN_EMAIL) && (ADMIN_EMAIL === "" || normalizeEmail(ADMIN_EMAIL) !== undefined),
  },
  { name: "MAIL_FROM", mustBe: "an e-mail address", isMet: (env) => isText(env.MAIL_FROM, /[^\s@]@[^\s@]/) },
  { name: "TOKEN_KEYS", mustBe: "a string", isMet: (env) => isText(env.TOKEN_KEYS) },
];

/** The bindings that passed last. An isolate gets the same object with every request. */
let checked: Env | undefined;

/**
 * Checks the variables once per isolate, in `onRequest`. While one is missing or malformed, every request throws,
 * except GET and HEAD of `/health`.
 *
 * @throws Error that names the variable, never its value.
 */
export function checkVariables({ request, env }: { readonly request: Request; readonly env: Env }): undefined {
  if (env === checked) return;
  try {
    requireVariables(env);
    checked = env;
  } catch (error) {
    if (!isHealthCheck(request)) throw error;
  }
}

function requireVariables(env: Env): void {
  const broken = RULES.find(({ isMet }) => !isMet(env));
  if (broken) throw new Error(`The variable ${broken.name} must be ${broken.mustBe}`);
  readTokenKeys(env.TOKEN_KEYS);
}

function isHealthCheck({ method, url }: Request): boolean {
  return ["GET", "HEAD"].includes(method) && new URL(url).pathname === "/health";
}

/** @param value The actual value of the deployment, which may not have the declared type. */
function isText(value: unknown, form = /^/): value is string {
  return typeof value === "string" && form.test(value);
}

/** The form of a page's origin. `URL` also accepts a comma or `*` in a host. */
const WEB_ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/;

function isOrigin(text: string): boolean {
  return WEB_ORIGIN.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Links in e-mails contain a token, so the origin must use https, except on this machine. */
function isPublicOriginValid({ ENVIRONMENT, PUBLIC_ORIGIN }: Env): boolean {
  const isDevelopment = ENVIRONMENT === "development";
  if (PUBLIC_ORIGIN === "") return isDevelopment;
  if (!isText(PUBLIC_ORIGIN) || !isOrigin(PUBLIC_ORIGIN)) return false;
  return PUBLIC_ORIGIN.startsWith("https:") || isDevelopment || isLoopback({ url: PUBLIC_ORIGIN });
}
