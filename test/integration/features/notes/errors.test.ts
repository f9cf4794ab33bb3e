/** What the outside sees when the database fails: enough to report it in production, everything in development. */
import { URLSearchParams } from "node:url";
import { afterEach, describe, expect, test } from "vitest";
import { signUp } from "../../client.ts";
import { type RunningWorker, startWorker, type WorkerSetup } from "../../worker.ts";

let worker: RunningWorker;
afterEach(() => worker.stop());

/** What must not get out: code, SQL, the names of tables, columns and bindings. */
const INTERNAL =
  /\bat \w+|\.js|\.ts\b|SQL|SELECT|INSERT|no such table|D1|folded|hash|env\b|\bDB\b|TOKEN_KEYS|JWK|undefined|TypeError|prepare/;

/** What claims to be somebody, so that the database is asked; and what breaks where it is looked at. */
const COOKIE = { Cookie: "__Host-session=of-nobody" };
const BEARER = { Authorization: "Bearer of.nobody.either" };
const BROKEN: readonly { name: string; setup: WorkerSetup; headers: Readonly<Record<string, string>> }[] = [
  { name: "a database without tables", setup: { database: "empty" }, headers: COOKIE },
  { name: "no database", setup: { database: "none" }, headers: COOKIE },
  { name: "keys that are none", setup: { tokenKeys: "secret-nonsense" }, headers: BEARER },
];

describe.each(BROKEN)("in production with $name", ({ setup, headers }) => {
  test("the API responds with 500, the request id and nothing internal", async () => {
    worker = await startWorker({ environment: "production", ...setup });
    const response = await worker.fetch("/api/notes", { headers: { ...headers, "X-Request-Id": "broken-database" } });
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(response.headers.get("Content-Type")).toBe("application/problem+json");
    expect(response.headers.get("X-Request-Id")).toBe("broken-database");
    const problem = { type: "about:blank", title: "Internal Server Error", status: 500, requestId: "broken-database" };
    expect(JSON.parse(text)).toEqual({ ...problem, detail: expect.stringContaining("broken-database") });
    expect(text).not.toMatch(INTERNAL);
    expect(text).not.toContain("nonsense");
  });

  test("the page is a 500 with nothing internal, also for a form", async () => {
    worker = await startWorker({ environment: "production", ...setup });
    const asPage = { ...headers, Accept: "text/html" };
    const body = new URLSearchParams({ title: "Lost" });
    const shown = await worker.fetch("/notes", { headers: asPage });
    const posted = await worker.fetch("/notes", { method: "POST", headers: asPage, body });
    for (const response of [shown, posted]) {
      const page = withoutHead(await response.text());
      expect(response.status).toBe(500);
      expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
      expect(page).toContain(response.headers.get("X-Request-Id"));
      expect(page).not.toMatch(INTERNAL);
    }
  });
});

test("anything but development counts as production", async () => {
  worker = await startWorker({ environment: "Development", database: "empty" });
  const response = await worker.fetch("/api/notes", { headers: COOKIE });
  expect(response.status).toBe(500);
  expect(await response.json()).not.toHaveProperty("debug");
});

test("in development the API shows the thrown error and its stack", async () => {
  worker = await startWorker({ environment: "development" });
  const { headers, userId } = await signUp(worker);
  await (await worker.database()).prepare("DROP TABLE notes").run();
  const response = await worker.fetch("/api/notes", { headers });
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({
    title: "Internal Server Error",
    debug: {
      message: expect.stringContaining("no such table: notes"),
      stack: expect.stringMatching(/\n +at /),
      phase: "resolve",
      route: "/api/notes",
      userId,
    },
  });
});

test("in development it also shows an error thrown in a guard", async () => {
  worker = await startWorker({ environment: "development", database: "empty" });
  const response = await worker.fetch("/api/notes", { headers: COOKIE });
  expect(await response.json()).toMatchObject({
    debug: { message: expect.stringContaining("no such table: sessions"), phase: "guard", route: "/api/notes" },
  });
});

/** The head names our scripts. */
function withoutHead(page: string): string {
  return page.replace(/<head>[\s\S]*<\/head>/, "");
}
