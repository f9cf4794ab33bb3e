/** Development, as `npx wrangler dev` in a fresh checkout has it: ready at once, and what is saved shows. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type DevServer, startDevServer } from "./dev-server.ts";

let server: DevServer;
let checkout = "";
let origin = "";

beforeAll(async () => {
  server = await startDevServer();
  ({ checkout, origin } = server);
});

afterAll(() => server.stop());

async function read(path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(origin + path, { headers })).text();
}

/** Signs in to a demonstration account. */
async function signIn(email: string): Promise<{ readonly Authorization: string }> {
  const body = JSON.stringify({ email, password: "correct-horse-battery-staple" });
  const headers = { "Content-Type": "application/json" };
  const response = await fetch(`${origin}/api/auth/login`, { method: "POST", headers, body });
  const { accessToken } = (await response.json()) as { accessToken: string };
  return { Authorization: `Bearer ${accessToken}` };
}

let grace: { readonly Authorization: string };

test("database, keys and demonstration accounts are there before the first request", async () => {
  grace = await signIn("grace@example.com");
  expect(await read("/api/notes", grace)).toBe('{"items":[],"nextCursor":null}');
  expect(JSON.parse(await read("/api/me", await signIn("ada@example.com")))).toMatchObject({ role: "admin" });
});

test("a source file that is saved shows", async () => {
  const file = join(checkout, "src/features/health/api-routes.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace('"OK"', '"EDITED"'));
  await vi.waitFor(async () => expect(await read("/health")).toBe("EDITED"), { timeout: 30_000, interval: 200 });
});

test("the stylesheet is there before the first page, under an address that caches keep", async () => {
  const [address = ""] = /\/static\/style\.[0-9a-f]{16}\.css/.exec(await read("/login")) ?? [];
  const response = await fetch(origin + address);
  expect(await response.text()).toBe(await readFile(join(checkout, "public/style.css"), "utf8"));
  expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
});

test("a file of public that is saved shows, and the next page names it", async () => {
  const before = await read("/login");
  await writeFile(join(checkout, "public/style.css"), "body { color: rebeccapurple }");
  const shown = { timeout: 30_000, interval: 200 };
  await vi.waitFor(async () => expect(await read("/static/style.css")).toBe("body { color: rebeccapurple }"), shown);
  expect(await read("/login")).not.toBe(before);
});

test("a migration that is saved is applied", async () => {
  await writeFile(join(checkout, "migrations/9999_drop.sql"), "DROP TABLE notes;");
  await vi.waitFor(async () => expect(await read("/api/notes", grace)).toContain("no such table"), {
    timeout: 30_000,
    interval: 200,
  });
});
