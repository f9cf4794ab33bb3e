/** Checks of every response. Each returns a sentence for everything that is wrong. */
import { env } from "cloudflare:test";
import { cut } from "./draft.ts";

/** A response that has been read, and the request that it belongs to. */
export interface Exchange {
  readonly method: string;
  readonly requestId: string | null;
  readonly status: number;
  readonly headers: Headers;
  /** Empty for sockets and streams. */
  readonly text: string;
  /** All text that the client has sent. */
  readonly sentText: string;
  /** The lines that were logged during the request. */
  readonly log: readonly string[];
}

/** The log line of a request. */
export interface LoggedRequest {
  readonly route: string | null;
  readonly outcome: string;
  readonly denied: string | null;
  readonly userId: string | null;
}

export function checkExchange(exchange: Exchange): string[] {
  return [...checkStatus(exchange), ...checkHeaders(exchange), ...checkLeaks(exchange), ...checkLog(exchange)];
}

/** No dependency fails in the campaign, so no response may be 5xx. */
function checkStatus({ status, log }: Exchange): string[] {
  return status < 500 ? [] : [`It responded with ${status}: ${cut(log.join("\n"))}`];
}

const SECURITY_HEADERS = [
  "Content-Security-Policy",
  "Cross-Origin-Opener-Policy",
  "Cross-Origin-Resource-Policy",
  "Permissions-Policy",
  "Referrer-Policy",
  "X-Frame-Options",
];
const CACHE_CONTROL = /^(no-store(, no-transform)?|private, no-cache|public, (no-cache|max-age=\d+(, immutable)?))$/;
const REQUEST_ID = /^[\w-]{8,64}$/;

function checkHeaders({ status, headers, requestId, method, text }: Exchange): string[] {
  const wrong = SECURITY_HEADERS.filter((name) => !headers.get(name)).map((name) => `It lacks the header ${name}.`);
  if (headers.get("X-Content-Type-Options") !== "nosniff") wrong.push("It lacks X-Content-Type-Options: nosniff.");
  const cacheControl = headers.get("Cache-Control") ?? "";
  if (!CACHE_CONTROL.test(cacheControl)) wrong.push(`Its Cache-Control is "${cacheControl}".`);
  const isPublic = cacheControl.startsWith("public");
  const sent = headers.get("X-Request-Id");
  if (isPublic && (sent !== null || headers.has("Set-Cookie")))
    wrong.push("Shared caches may store it, but it has a request id or a cookie.");
  if (!isPublic && !REQUEST_ID.test(sent ?? "")) wrong.push(`Its X-Request-Id is "${sent}".`);
  if (!isPublic && requestId && REQUEST_ID.test(requestId) && sent !== requestId)
    wrong.push(`Its X-Request-Id is "${sent}" instead of that of the request.`);
  if (status === 405 && !headers.has("Allow")) wrong.push("405 lacks the header Allow.");
  if (status === 429 && !headers.has("Retry-After")) wrong.push("429 lacks the header Retry-After.");
  if (method === "HEAD" && text !== "") wrong.push("A response to HEAD has a body.");
  const location = headers.get("Location");
  if (location !== null && !/^\/(?![/\\])/.test(location)) wrong.push(`Its Location leads elsewhere: ${location}`);
  return wrong;
}

/** Content that no response may show, whatever the request was. */
const INTERNAL: readonly [what: string, pattern: RegExp][] = [
  ["a stack", /\n\s+at \S+ ?\(?\S+:\d+:\d+/],
  ["a file path", /(?:\/src\/|\/node_modules\/|file:\/\/)[\w/.@-]*\.(?:ts|js|mjs)/],
  [
    "SQL",
    /\b(?:SELECT\s[\w.,\s*()]+\sFROM|INSERT INTO|DELETE FROM|UPDATE \w+ SET)\s\w+[^<]*\b(?:WHERE|VALUES|SET|LIMIT)\b/,
  ],
  [
    "an error of the database",
    /SQLITE_[A-Z]+|D1_(?:ERROR|EXEC_ERROR|TYPE_ERROR)|no such (?:table|column)|UNIQUE constraint/,
  ],
  ["an error of the runtime", /\b(?:TypeError|RangeError|ReferenceError|SyntaxError|ZodError): |Cannot read propert/],
  ["a hash of a password", /\$scrypt\$/],
  ["the name of a binding", /\bRATE_LIMITER\b|\bASSET_MANIFEST\b|\bTOKEN_KEYS\b|\benv\.[A-Z]{2,}/],
];

const TOKEN_KEY: string = JSON.parse(env.TOKEN_KEYS).keys[0].k;

/** Text that the client itself has sent may come back, so it is not a leak. */
function checkLeaks({ text, headers, sentText }: Exchange): string[] {
  const all = `${text}\n${[...headers].map((pair) => pair.join(": ")).join("\n")}`;
  const leaks = INTERNAL.flatMap(([what, pattern]) => {
    const [found] = pattern.exec(all) ?? [];
    return found === undefined || sentText.includes(found) ? [] : [`It shows ${what}: ${cut(found)}`];
  });
  return all.includes(TOKEN_KEY) ? [...leaks, "It shows a key of TOKEN_KEYS."] : leaks;
}

/** Checks that exactly one line is about the request, and no line is an error. */
function checkLog({ log }: Exchange): string[] {
  const lines = log.map(parseLine);
  const requests = lines.filter((line) => "route" in line);
  const errors = lines.filter(({ level }) => level === "error").map((line) => cut(JSON.stringify(line)));
  return [
    ...(requests.length === 1 ? [] : [`It logged ${requests.length} lines about the request.`]),
    ...errors.map((line) => `It logged an error: ${line}`),
  ];
}

function parseLine(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line);
  } catch {
    return { level: "error", message: line };
  }
}

export function findLogged(log: readonly string[]): LoggedRequest | undefined {
  // A cast: every log line of a request has these members.
  return log.map(parseLine).find((line) => "route" in line) as LoggedRequest | undefined;
}

const EMAIL = /[\w.+-]{1,64}(?:@|%40|&#64;)(?:example\.com|new\.example)/g;

/**
 * @param users The addresses of all users, by id.
 * @param known The ids of users whose data the sender may see.
 * @param sentText All text that the sender has sent.
 * @returns A sentence for each other user whose address the response contains.
 */
export function checkForeignData(
  text: string,
  users: ReadonlyMap<string, string>,
  known: readonly string[],
  sentText: string,
): string[] {
  const found = new Set(Array.from(text.matchAll(EMAIL), ([email]) => email.replace(/%40|&#64;/, "@")));
  const foreign = [...users].filter(
    ([id, email]) => found.has(email) && !known.includes(id) && !sentText.includes(email),
  );
  return foreign.map(([, email]) => `It shows data of another user: ${email}`);
}
