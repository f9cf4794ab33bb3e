/** Checks the variables of a deployment at the first request, so that a mistake surfaces immediately. */
import type { Env } from "../env.ts";
import { isLoopback } from "../web/request/own-origin.ts";
import { PROVIDERS } from "./mail/providers.ts";
import { readTokenKeys } from "./tokens/token-keys.ts";
import { normalizeEmail } from "./users/account-schema.ts";

interface Rule {
  readonly name: keyof Env;
  /** Completes the sentence "The variable … must be". Never contains a value that may be secret. */
  readonly mustBe: string | ((env: Env) => string);
  readonly isMet: (env: Env) => boolean;
}

/** Of a malformed entry, in characters. */
const MAX_SHOWN_LENGTH = 200;

const ORIGIN = "such as https://example.com, without a path, a trailing slash or a wildcard";
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
    mustBe: describeOrigins,
    isMet: ({ CORS_ORIGINS }) => isText(CORS_ORIGINS) && findMalformed(CORS_ORIGINS) === undefined,
  },
  {
    name: "ADMIN_EMAIL",
    mustBe: "an e-mail address, or empty",
    isMet: ({ ADMIN_EMAIL }) =>
      isText(ADMIN_EMAIL) && (ADMIN_EMAIL === "" || normalizeEmail(ADMIN_EMAIL) !== undefined),
  },
  {
    name: "MAIL_PROVIDER",
    mustBe: describeProviders,
    isMet: (env) => env.MAIL_PROVIDER === "" || (PROVIDERS.has(env.MAIL_PROVIDER) && !lacksNeedOfProvider(env)),
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
 * @throws Error that names the variable, never its value, but for `CORS_ORIGINS` the malformed entry.
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
  if (broken) {
    const { name, mustBe } = broken;
    throw new Error(`The variable ${name} must be ${typeof mustBe === "string" ? mustBe : mustBe(env)}`);
  }
  readTokenKeys(env.TOKEN_KEYS);
}

function isHealthCheck({ method, url }: Request): boolean {
  return ["GET", "HEAD"].includes(method) && new URL(url).pathname === "/health";
}

/** @param value The actual value of the deployment, which may not have the declared type. */
function isText(value: unknown, form = /^/): value is string {
  return typeof value === "string" && form.test(value);
}

/** Development keeps mail in the outbox and needs no provider. */
function lacksNeedOfProvider(env: Env): boolean {
  const provider = PROVIDERS.get(env.MAIL_PROVIDER);
  return provider !== undefined && env.ENVIRONMENT !== "development" && !env[provider.needs];
}

function describeProviders(env: Env): string {
  const names = `empty, or one of: ${[...PROVIDERS.keys()].join(", ")}`;
  if (!lacksNeedOfProvider(env)) return names;
  return `${names}. "${env.MAIL_PROVIDER}" needs ${PROVIDERS.get(env.MAIL_PROVIDER)?.needs}, which is missing`;
}

/** The form of a page's origin. `URL` also accepts a comma or `*` in a host. */
const WEB_ORIGIN = /^https?:\/\/(?:[\w.-]+|\[[\da-f:]+\])(?::\d+)?$/;

function isOrigin(text: string): boolean {
  return WEB_ORIGIN.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Only spaces separate entries, as for the hook that sets the CORS headers. */
function findMalformed(origins: string): string | undefined {
  return origins.split(" ").find((entry) => entry !== "" && !isOrigin(entry));
}

function describeOrigins({ CORS_ORIGINS }: Env): string {
  const form = "empty, or origins separated by spaces";
  const entry = isText(CORS_ORIGINS) ? findMalformed(CORS_ORIGINS) : undefined;
  if (entry === undefined) return `${form}, each ${ORIGIN}`;
  // User information may contain a password.
  const shown = JSON.stringify(entry.replace(/^.*@/s, "…@").slice(0, MAX_SHOWN_LENGTH));
  const parts = entry.split(/[\s,;"']+/).filter((part) => part !== "");
  const corrected = parts.flatMap((part) => toOrigin(part) ?? []);
  return parts.length > 0 && corrected.length === parts.length
    ? `${form}. Instead of ${shown} write ${JSON.stringify(corrected.join(" "))}`
    : `${form}. ${shown} is not an origin: write each in full, ${ORIGIN}`;
}

/** @returns What was probably meant; undefined if that is not clear. */
function toOrigin(text: string): string | undefined {
  const address = /^[\w-]+(\.[\w-]+)+([:/]|$)/.test(text) ? `https://${text}` : text;
  const origin = URL.canParse(address) ? new URL(address).origin : "";
  return isOrigin(origin) ? origin : undefined;
}

/** Links in e-mails contain a token, so the origin must use https, except on this machine. */
function isPublicOriginValid({ ENVIRONMENT, PUBLIC_ORIGIN }: Env): boolean {
  const isDevelopment = ENVIRONMENT === "development";
  if (PUBLIC_ORIGIN === "") return isDevelopment;
  if (!isText(PUBLIC_ORIGIN) || !isOrigin(PUBLIC_ORIGIN)) return false;
  return PUBLIC_ORIGIN.startsWith("https:") || isDevelopment || isLoopback({ url: PUBLIC_ORIGIN });
}
