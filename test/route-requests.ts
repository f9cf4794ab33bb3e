/** One request for each route of the app, from the folders of the tests: for tests that go through the whole table. */
import { env } from "cloudflare:test";
import type { Handler } from "../src/http/index.ts";
import type { Browser } from "./harness.ts";
import { listRequests } from "./policy/list-requests.ts";

/** A request that succeeds. What it needs is stored already. It may be sent again. */
export interface PreparedRequest {
  readonly path: string;
  /** `GET` without credentials unless given. The body is not a stream. */
  readonly init?: RequestInit;
  /** Of success. */
  readonly status: number;
  /** If the same request is sent again after it succeeded. The same as `status` unless given. */
  readonly repeatStatus?: number;
  /** Whether the same request sent again does its work once more, such as signing in again. */
  readonly isRepeated?: boolean;
  /** Whether the response shows data of other users. */
  readonly showsOthers?: boolean;
  /** Whether the request may change data of other users. */
  readonly changesOthers?: boolean;
  /** Frames that the socket accepts, if the response opens one. */
  readonly frames?: readonly string[];
  /** Reads what the request creates, changes or deletes, without values that differ between two runs. */
  readonly stateOf?: () => Promise<unknown>;
}

/** By the label of the route, such as `GET /api/notes/:id`. Each call prepares a request with data of its own. */
export type RouteRequests = Readonly<Record<string, () => Promise<PreparedRequest>>>;

const modules = import.meta.glob<{ readonly requests: RouteRequests }>(
  ["./features/*/requests.ts", "./assets/requests.ts", "./identity/requests.ts"],
  {
    eager: true,
  },
);

/** The requests of all routes that exist now. */
export const routeRequests: RouteRequests = Object.assign(
  {},
  ...Object.values(modules).map(({ requests }) => requests),
);

/** The labels of routes in the order of the table, without preflights. HEAD belongs to the label of its GET. */
export function labelsOf(handlers: readonly Handler<never>[]): string[] {
  return listRequests(handlers)
    .filter(({ method }) => method !== "HEAD" && method !== "OPTIONS")
    .map(({ method, path }) => `${method} ${path}`);
}

/** A form as that browser submits it, from a page of ours. */
export function formOf(browser: Browser, fields: Readonly<Record<string, string>> = {}): RequestInit {
  const headers = { ...browser.headers, "Content-Type": "application/x-www-form-urlencoded" };
  return { method: "POST", headers, body: new URLSearchParams({ csrf: browser.csrf, ...fields }).toString() };
}

/** The form of a browser without a session. */
export function visitorForm(fields: Readonly<Record<string, string>>): RequestInit {
  const headers = {
    "Sec-Fetch-Site": "same-origin",
    Accept: "text/html",
    "Content-Type": "application/x-www-form-urlencoded",
  };
  return { method: "POST", headers, body: new URLSearchParams(fields).toString() };
}

/** A body of JSON. */
export function jsonOf(method: string, body: unknown, headers: Readonly<Record<string, string>> = {}): RequestInit {
  return { method, headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
}

/** Consumes a response as its client would: reads its body, or disconnects if it does not end by itself. */
export async function finish(response: Response): Promise<void> {
  const { webSocket, headers, body } = response;
  if (webSocket) {
    webSocket.accept();
    webSocket.close(1000);
  } else if (headers.get("Content-Type")?.startsWith("text/event-stream")) await body?.cancel();
  else await response.arrayBuffer();
}

/** Counts the rows of each table and the objects of each bucket, so that an extra row or object is noticed. */
export async function countsNow(): Promise<Readonly<Record<string, number>>> {
  const tables = await tableNames();
  const counts = await env.DB.batch<{ n: number }>(
    tables.map((name) => env.DB.prepare(`SELECT count(*) AS n FROM ${name}`)),
  );
  const rows = tables.map((name, index): [string, number] => [name, counts[index]?.results[0]?.n ?? 0]);
  const objects = await Promise.all(
    buckets().map(async ([name, bucket]): Promise<[string, number]> => [name, (await bucket.list()).objects.length]),
  );
  return Object.fromEntries([...rows, ...objects]);
}

/** The tables of the app, without those of SQLite and D1, and without search indexes and their parts. */
export async function tableNames(): Promise<string[]> {
  const select = env.DB.prepare(
    "SELECT name FROM pragma_table_list WHERE type = 'table' AND name NOT LIKE '\\_%' ESCAPE '\\'",
  );
  const { results } = await select.all<{ name: string }>();
  return results.map(({ name }) => name).filter((name) => !/^(sqlite|d1)_/.test(name));
}

/** By name. Found by their prototype, since other bindings treat any property as a remote method. */
export function buckets(): [name: string, bucket: R2Bucket][] {
  const prototype = Object.getPrototypeOf(env.ASSETS);
  return Object.entries(env).flatMap(([name, binding]: [string, unknown]) =>
    typeof binding === "object" && binding !== null && Object.getPrototypeOf(binding) === prototype
      ? [[name, binding as R2Bucket] as [string, R2Bucket]]
      : [],
  );
}
