/** The variables of a deployment: with each one missing or malformed, nothing but `/health` is answered. */
import { createExecutionContext, env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../src/env.ts";
import { setup } from "../../src/http/index.ts";
import { checkVariables } from "../../src/identity/variables.ts";
import { route } from "../../src/web/app/scope.ts";
import { createApp, PASSWORD, PRODUCTION, sendTo } from "../harness.ts";
import { things } from "../things.ts";

const open = ["/health", "/health/ready", "/"].map((path) => route.get(path, { resolve: () => new Response("open") }));
const app = createApp([open, things.routes]);
const send = (path: string, init: RequestInit, variables: Partial<Env>) => sendTo(app, path, init, variables);

/** A part of every malformed text, to be found where it leaks. */
const SECRET = "5ecret";

const UNCLEAR = "write each in full, such as https://example.com, without a path, a trailing slash or a wildcard";

/** Malformed lists of origins: the entry that the log shows, and what it says to write. */
const CORS_ORIGINS: readonly (readonly [value: string, shown: string, cure: string])[] = [
  ["https://a.example/", "https://a.example/", "https://a.example"],
  ["https://a.example https://b.example/path", "https://b.example/path", "https://b.example"],
  ["https://b.example?x=1", "https://b.example?x=1", "https://b.example"],
  ["https://b.example#x", "https://b.example#x", "https://b.example"],
  ["https://a.example,https://b.example", "https://a.example,https://b.example", "https://a.example https://b.example"],
  ["https://a.example, https://b.example", "https://a.example,", "https://a.example"],
  [
    "https://a.example;https://b.example/",
    "https://a.example;https://b.example/",
    "https://a.example https://b.example",
  ],
  [
    "https://a.example\nhttps://b.example",
    "https://a.example\nhttps://b.example",
    "https://a.example https://b.example",
  ],
  ["\n  https://a.example\n", "\n", UNCLEAR],
  ["https://a.example\r\n", "https://a.example\r\n", "https://a.example"],
  [
    "https://a.example\thttps://b.example",
    "https://a.example\thttps://b.example",
    "https://a.example https://b.example",
  ],
  ["https://a.exa\tmple", "https://a.exa\tmple", UNCLEAR],
  ["https://a.example\u00a0", "https://a.example\u00a0", "https://a.example"],
  ["https://a.example\u200b", "https://a.example\u200b", "https://a.example"],
  ["https://a.example\0", "https://a.example\0", "https://a.example"],
  ['"https://a.example"', '"https://a.example"', "https://a.example"],
  ["https://A.example", "https://A.example", "https://a.example"],
  ["HTTPS://a.example", "HTTPS://a.example", "https://a.example"],
  ["https://a.example:443", "https://a.example:443", "https://a.example"],
  ["http://a.example:80", "http://a.example:80", "http://a.example"],
  ["https://a.example:", "https://a.example:", "https://a.example"],
  ["https://a.example:08443", "https://a.example:08443", "https://a.example:8443"],
  ["https://a.example:99999", "https://a.example:99999", UNCLEAR],
  ["https:a.example", "https:a.example", "https://a.example"],
  ["https:\\\\a.example", "https:\\\\a.example", "https://a.example"],
  ["https://bücher.example", "https://bücher.example", "https://xn--bcher-kva.example"],
  ["http://127.1:8787", "http://127.1:8787", "http://127.0.0.1:8787"],
  ["http://[0:0::1]:8787", "http://[0:0::1]:8787", "http://[::1]:8787"],
  [`https://ada:${SECRET}@a.example`, "…@a.example", "https://a.example"],
  [`ada:${SECRET}@a.example`, "…@a.example", UNCLEAR],
  ["a.example", "a.example", "https://a.example"],
  ["a.example:8443/path", "a.example:8443/path", "https://a.example:8443"],
  ["//a.example", "//a.example", UNCLEAR],
  ["a", "a", UNCLEAR],
  ["localhost:8787", "localhost:8787", UNCLEAR],
  ["*", "*", UNCLEAR],
  ["https://*", "https://*", UNCLEAR],
  ["https://*.a.example", "https://*.a.example", UNCLEAR],
  ["https://a.example *", "*", UNCLEAR],
  ["null", "null", UNCLEAR],
  ["https://", "https://", UNCLEAR],
  [",", ",", UNCLEAR],
  ["ftp://a.example", "ftp://a.example", UNCLEAR],
  ["wss://a.example", "wss://a.example", UNCLEAR],
  ["file:///a", "file:///a", UNCLEAR],
  ["blob:https://a.example/x", "blob:https://a.example/x", "https://a.example"],
  ["x".repeat(1000), "x".repeat(200), UNCLEAR],
];

const MALFORMED: Partial<Record<keyof Env, readonly unknown[]>> = {
  ENVIRONMENT: ["", 1, null, { [SECRET]: 1 }],
  TOKEN_KEYS: ["", SECRET, `{"keys":["${SECRET}"]}`, '{"keys":[]}', { keys: [] }, 1, null],
  PUBLIC_ORIGIN: [
    "",
    " ",
    `${SECRET}.example`,
    `//${SECRET}.example`,
    `https://${SECRET}.example/`,
    `https://${SECRET}.example/path`,
    `https://${SECRET}.example?`,
    `https://${SECRET.toUpperCase()}.example`,
    `https://${SECRET}.example:443`,
    ` https://${SECRET}.example`,
    `https://me@${SECRET}.example`,
    `https://bücher-${SECRET}.example`,
    `https://*.${SECRET}.example`,
    `https://${SECRET}.example,`,
    `http://${SECRET}.example`,
    `http://localhost.${SECRET}.example`,
    `ftp://${SECRET}.example`,
    `wss://${SECRET}.example`,
    "null",
    "about:blank",
    1,
    null,
  ],
  API_RATE_LIMIT: ["600", 0, -1, 1.5, 1e20, true, [600], null],
  SIGN_IN_RATE_LIMIT: ["30", 0, -1, 1.5, 1e20, true, [30], null],
  ACCOUNT_RATE_LIMIT: ["20", 0, -1, 1.5, 1e20, true, [20], null],
  CORS_ORIGINS: [
    ...CORS_ORIGINS.map(([value]) => value),
    ["https://a.example"],
    { origin: "https://a.example" },
    1,
    null,
  ],
  ADMIN_EMAIL: [SECRET, `${SECRET}@`, `@${SECRET}`, `a@b@${SECRET}`, `a ${SECRET}@b`, "@", 1, null],
  MAIL_PROVIDER: [SECRET, "Cloudflare", "cloudflare ", "constructor", "cloudflare", "resend", 1, null],
  MAIL_FROM: ["", SECRET, `${SECRET}@`, `@${SECRET}`, "@", 1, null],
};

const CASES = Object.entries(MALFORMED).flatMap(([name, values]) => [
  { name, variables: { ...PRODUCTION, [name]: undefined } },
  ...values.map((value) => ({ name, value, variables: { ...PRODUCTION, [name]: value } })),
]) as { name: string; value?: unknown; variables: Partial<Env> }[];

const HEADERS = { "X-Request-Id": "the-request-id", Origin: "https://a.example" };
const written = {
  method: "POST",
  headers: { ...HEADERS, "Content-Type": "application/json" },
  body: JSON.stringify({ title: PASSWORD }),
};
const REFUSED: [path: string, init?: RequestInit][] = [
  ["/"],
  ["/", { headers: { ...HEADERS, Accept: "text/html" } }],
  ["/api/things"],
  ["/static/x"],
  ["/nowhere"],
  ["/health/ready"],
  ["/health/"],
  ["/Health"],
  ["/health?/health", { method: "POST" }],
  ["/x?/health"],
  ["/api/things", { method: "OPTIONS", headers: { ...HEADERS, "Access-Control-Request-Method": "GET" } }],
  ["/api/things", written],
  ["/things", { method: "POST", headers: HEADERS, body: new URLSearchParams({ title: PASSWORD }) }],
];

let logged: string[];
beforeEach(() => {
  logged = [];
  for (const method of ["log", "warn", "error"] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void logged.push(args.map(String).join(" ")));
  }
});
afterEach(() => vi.restoreAllMocks());

describe.each(CASES.map((each) => ({ ...each, shown: JSON.stringify(each.value) })))(
  "with $name of $shown",
  ({ name, variables }) => {
    test("every request is 500, and the log alone names the variable, without its value", async () => {
      for (const [path, init = { headers: HEADERS }] of REFUSED) {
        logged = [];
        const response = await send(path, init, variables);
        const text = await response.text();
        const id = response.headers.get("X-Request-Id") ?? "";
        expect([path, response.status]).toEqual([path, 500]);
        expect(text).toContain(id);
        expect(text).not.toContain(name);
        expect(text.toLowerCase()).not.toContain(SECRET);
        const lines = logged.map((line): { requestId: string; error: { message: string } } => JSON.parse(line));
        expect(lines.map(({ requestId }) => requestId)).toEqual([id]);
        expect(lines[0]?.error.message).toMatch(new RegExp(`\\b${name}\\b`));
        expect(logged.join().toLowerCase()).not.toContain(SECRET);
      }
    });

    test.each(["GET", "HEAD"])("%s /health responds with 200", async (method) => {
      for (const path of ["/health", "/health?x=1"]) {
        expect((await send(path, { method, headers: HEADERS }, variables)).status).toBe(200);
      }
    });
  },
);

test.each(CORS_ORIGINS)(
  "the log shows which entry of CORS_ORIGINS %j is malformed, and the right form",
  async (value, shown, cure) => {
    await send("/", {}, { ...PRODUCTION, CORS_ORIGINS: value });
    const { error }: { error: { message: string } } = JSON.parse(logged[0] ?? "");
    expect(error.message).toBe(
      `The variable CORS_ORIGINS must be empty, or origins separated by spaces. ${
        cure === UNCLEAR
          ? `${JSON.stringify(shown)} is not an origin: ${UNCLEAR}`
          : `Instead of ${JSON.stringify(shown)} write "${cure}"`
      }`,
    );
    // The cure is one.
    if (cure !== UNCLEAR) expect((await send("/nowhere", {}, { ...PRODUCTION, CORS_ORIGINS: cure })).status).toBe(404);
  },
);

test.each([
  ["cloudflare", { RESEND_API_KEY: SECRET }, /"cloudflare" needs EMAIL, which is missing/],
  ["resend", { EMAIL: {} as SendEmail }, /"resend" needs RESEND_API_KEY, which is missing/],
  ["resend", { RESEND_API_KEY: "" }, /"resend" needs RESEND_API_KEY, which is missing/],
  [SECRET, {}, /MAIL_PROVIDER must be empty, or one of: cloudflare, resend$/],
])("with the provider %s and %j, the log says what is wrong", async (MAIL_PROVIDER, bindings, said) => {
  await send("/", {}, { ...PRODUCTION, MAIL_PROVIDER, ...bindings });
  const { error }: { error: { message: string } } = JSON.parse(logged[0] ?? "");
  expect(error.message).toMatch(said);
  expect(error.message).not.toContain(SECRET);
});

const GOOD: Partial<Env>[] = [
  { ENVIRONMENT: "development", PUBLIC_ORIGIN: "" },
  { ENVIRONMENT: "development", PUBLIC_ORIGIN: "http://candor.example:8080" },
  { ENVIRONMENT: "staging" },
  { PUBLIC_ORIGIN: "https://candor.example:8443" },
  { PUBLIC_ORIGIN: "https://xn--bcher-kva.example" },
  { PUBLIC_ORIGIN: "http://localhost:8787" },
  { PUBLIC_ORIGIN: "http://[::1]:8787" },
  { API_RATE_LIMIT: 1, SIGN_IN_RATE_LIMIT: 1, ACCOUNT_RATE_LIMIT: Number.MAX_SAFE_INTEGER },
  { CORS_ORIGINS: "" },
  { CORS_ORIGINS: "   " },
  { CORS_ORIGINS: "https://a.example" },
  { CORS_ORIGINS: "https://a.example http://localhost:3000 http://[::1]:8787 https://xn--bcher-kva.example" },
  { CORS_ORIGINS: " https://a.example  http://b.example:8080 " },
  { ADMIN_EMAIL: "ada@example.com" },
  { MAIL_PROVIDER: "cloudflare", EMAIL: {} as SendEmail },
  { MAIL_PROVIDER: "resend", RESEND_API_KEY: "re_1" },
  { ENVIRONMENT: "development", MAIL_PROVIDER: "cloudflare" },
  { ENVIRONMENT: "development", MAIL_PROVIDER: "resend" },
  { MAIL_FROM: "Candor <no-reply@example.com>" },
];
test.each(GOOD)("with %j every request is answered", async (variables) => {
  expect((await send("/nowhere", {}, { ...PRODUCTION, ...variables })).status).toBe(404);
  expect((await send("/health", {}, { ...PRODUCTION, ...variables })).status).toBe(200);
});

test("the bindings of an isolate are looked at until they pass, and then no more; others are", async () => {
  const checked = setup({ onRequest: checkVariables, handlers: [] });
  let reads = 0;
  const get = (target: Env, name: string | symbol) => {
    reads++;
    return Reflect.get(target, name);
  };
  const watched = (variables: Partial<Env>) => new Proxy<Env>({ ...env, ...variables }, { get });
  const statusOf = async (bindings: Env) =>
    (await checked.fetch(new Request("http://localhost/"), bindings, createExecutionContext())).status;
  const [good, bad] = [watched(PRODUCTION), watched({ ...PRODUCTION, MAIL_FROM: "" })];
  expect(await statusOf(good)).toBe(404);
  reads = 0;
  expect(await statusOf(good)).toBe(404);
  expect(reads).toBe(0);
  for (const _ of [1, 2]) expect(await statusOf(bad)).toBe(500);
  expect(await statusOf(good)).toBe(404);
});
