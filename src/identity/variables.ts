/** Checks a deployment's variables at the first request, so that a mistake in one does not surface halfway through a later one. */
import type { Env } from "../env.ts";
import { isLoopback } from "../web/request/own-origin.ts";
import { readTokenKeys } from "./tokens/token-keys.ts";
import { normalizeEmail } from "./users/account-schema.ts";

interface Rule {
  readonly name: keyof Env;
  /** Completes a sentence that begins with the name. Nothing of the value is in it: some are secrets. */
  readonly mustBe: string;
  readonly isMet: (env: Env) => boolean;
}

const ORIGIN = "such as https://example.com, without a path or a slash at the end";
const RULES: readonly Rule[] = [
  { name: "ENVIRONMENT", mustBe: "a text that is not empty", isMet: (env) => isText(env.ENVIRONMENT, /./) },
  {
    name: "PUBLIC_ORIGIN",
    mustBe: `the app's origin over https, ${ORIGIN}. Only development may leave it empty`,
    isMet: isPublicOriginValid,
  },
  ...(["API_RATE_LIMIT", "SIGN_IN_RATE_LIMIT", "ACCOUNT_RATE_LIMIT"] as const).map((name) => ({
    name,
    mustBe: "a whole number above 0, given as a number and not as text",
    isMet: (env: Env) => Number.isSafeInteger(env[name]) && env[name] > 0,
  })),
  {
    name: "CORS_ORIGINS",
    mustBe: `empty, or origins with spaces between, each ${ORIGIN}`,
    isMet: ({ CORS_ORIGINS }) => isText(CORS_ORIGINS) && CORS_ORIGINS.split(" ").filter(Boolean).every(isOrigin),
  },
  {
    name: "ADMIN_EMAIL",
    mustBe: "an e-mail address, or empty",
    isMet: ({ ADMIN_EMAIL }) =>
      isText(ADMIN_EMAIL) && (ADMIN_EMAIL === "" || normalizeEmail(ADMIN_EMAIL) !== undefined),
  },
  { name: "MAIL_FROM", mustBe: "an e-mail address", isMet: (env) => isText(env.MAIL_FROM, /[^\s@]@[^\s@]/) },
  { name: "TOKEN_KEYS", mustBe: "a text", isMet: (env) => isText(env.TOKEN_KEYS) },
];

/** The bindings that passed last. The platform hands an isolate the same object with every request. */
let checked: Env | undefined;

/**
 * Checks the variables once for each isolate, as a part of `onRequest`. While one is missing or malformed, every
 * request throws, except GET and HEAD of `/health`.
 *
 * @throws An error that names the variable, never its value.
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

/** @param value Whatever a deployment has set: the types only say what it should be. */
function isText(value: unknown, form = /^/): value is string {
  return typeof value === "string" && form.test(value);
}

/** The form of a page's origin. `URL` allows more in a host, such as a comma or `*`. */
const WEB_ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/;

function isOrigin(text: string): boolean {
  return WEB_ORIGIN.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** A link in a mail carries a token, so it must use https, except to this machine. */
function isPublicOriginValid({ ENVIRONMENT, PUBLIC_ORIGIN }: Env): boolean {
  const isDevelopment = ENVIRONMENT === "development";
  if (PUBLIC_ORIGIN === "") return isDevelopment;
  if (!isText(PUBLIC_ORIGIN) || !isOrigin(PUBLIC_ORIGIN)) return false;
  return PUBLIC_ORIGIN.startsWith("https:") || isDevelopment || isLoopback({ url: PUBLIC_ORIGIN });
}
