/** The measured paths, with the accounts and data that they need. */
import type { RunningWorker } from "../../integration/worker.ts";
import type { MeasuredPaths } from "./measured.ts";

/** The first is the reference. The second is the same app, to show the noise. */
export const CONTENDERS = ["Candor", "Candor, again", "Hono"] as const;
export type Contender = (typeof CONTENDERS)[number];

export const PATHS = ["signed-in JSON read", "page with 20 rows", "asset, 304", "denied request, 429"] as const;

export interface Path {
  readonly name: (typeof PATHS)[number];
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
}

const EMAIL = "somebody@example.com";
const PASSWORD = "a password that is long enough";
const ROWS = 20;

/**
 * Creates an account with rows, and signs it in to the API and with a browser. @returns The paths in the order of
 * `PATHS`.
 */
export async function preparePaths(worker: RunningWorker, { api, body, page }: MeasuredPaths<never, never>) {
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    worker.fetch(path, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  await post("/api/auth/register", { email: EMAIL, name: "Somebody", password: PASSWORD });
  const login = await post("/api/auth/login", { email: EMAIL, password: PASSWORD });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const token = { Authorization: `Bearer ${accessToken}` };
  let id = "";
  for (let number = 1; number <= ROWS; number += 1) {
    ({ id } = (await (await post(api, body, token)).json()) as { id: string });
  }
  const form = await worker.fetch("/login", {
    method: "POST",
    headers: { "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: EMAIL, password: PASSWORD }).toString(),
  });
  const cookiesOf = ({ headers }: typeof form) => headers.getSetCookie().map((cookie) => cookie.replace(/;.*/, ""));
  const accepted = { Accept: "text/html", "Sec-Fetch-Site": "same-origin" };
  const opened = await worker.fetch(page, { headers: { ...accepted, Cookie: cookiesOf(form).join("; ") } });
  const browser = { ...accepted, Cookie: [...cookiesOf(form), ...cookiesOf(opened)].join("; ") };
  const [, asset = ""] = /<link rel="stylesheet" href="([^"]+)">/.exec(await opened.text()) ?? [];
  const compressed = { "Accept-Encoding": "gzip" };
  const stylesheet = await worker.fetch(asset, { headers: compressed });
  await stylesheet.arrayBuffer();
  // Marks sessions as used an hour from now, so that no request updates them.
  await (await worker.database()).prepare("UPDATE sessions SET used_at = used_at + 3600000").run();
  const paths: readonly Path[] = [
    { name: "signed-in JSON read", path: `${api}/${id}`, headers: token, status: 200 },
    { name: "page with 20 rows", path: page, headers: browser, status: 200 },
    {
      name: "asset, 304",
      path: asset,
      headers: { ...compressed, "If-None-Match": stylesheet.headers.get("ETag") ?? "" },
      status: 304,
    },
    { name: "denied request, 429", path: `${api}/${id}`, headers: token, status: 429 },
  ];
  return paths;
}

/** Headers whose values differ from request to request. */
const VOLATILE = [
  "x-request-id",
  "ratelimit",
  "x-ratelimit-remaining",
  "x-ratelimit-reset",
  "retry-after",
  "x-d1-bookmark",
  "date",
];
const CONNECTION = ["connection", "keep-alive", "transfer-encoding", "content-length"];

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Returns the part of a response that must be the same for all contenders. */
export function comparable({ status, headers, body }: Received) {
  const kept = Object.entries(headers)
    .filter(([name]) => !CONNECTION.includes(name))
    .map(([name, value]) => [name, VOLATILE.includes(name) ? "(any)" : value]);
  const text = body.replace(/"requestId":"[^"]*"/, "").replace(/Try again in [^.]*/, "");
  return { status, headers: Object.fromEntries(kept.sort()), body: text };
}
