/** Development, as `npx wrangler dev` in a fresh checkout has it: ready at once, and what is saved shows. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { verifyPassword } from "../../src/identity/passwords/password-hash.ts";
import { startCookieSession } from "../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { findCredentials } from "../../src/identity/users/users.ts";
import { DEMO_ACCOUNTS, DEMO_PASSWORD } from "../../src/web/pages/demo-data.ts";
import { type DevServer, startDevServer } from "./dev-server.ts";
import { openLocalDatabase } from "./local-database.ts";

let server: DevServer;
let checkout = "";
let origin = "";

beforeAll(async () => {
  server = await startDevServer();
  ({ checkout, origin } = server);
});

afterAll(() => server.stop());

const SHOWN = { timeout: 30_000, interval: 200 };

async function read(path: string, headers: Record<string, string> = {}): Promise<string> {
  return (await fetch(origin + path, { headers })).text();
}

/** Signs in to a demonstration account, behind the server's back. */
async function signIn(email: string): Promise<{ readonly Cookie: string }> {
  const db = openLocalDatabase(checkout);
  const user = await findCredentials(db, { email });
  const started = user && (await startCookieSession(db, { user, device: "test", deviceId: createDeviceId() }));
  if (!started) throw new Error(`${email} has no account`);
  return { Cookie: `session=${started.secret}` };
}

test("database, keys and demonstration accounts are there before the first request", async () => {
  for (const { email, name, role } of DEMO_ACCOUNTS) {
    expect(await read("/things", await signIn(email))).toContain(name);
    const user = await findCredentials(openLocalDatabase(checkout), { email });
    expect(user).toMatchObject({ name, role, emailVerified: true });
    expect(verifyPassword(DEMO_PASSWORD, user?.passwordHash)).toBe(true);
  }
  expect(await read("/api/things", await signIn("grace@example.com"))).toBe('{"items":[]}');
});

test("a source file that is saved shows", async () => {
  const file = join(checkout, "src/web/app/app-name.ts");
  await writeFile(file, (await readFile(file, "utf8")).replace(/APP_NAME = ".*"/, 'APP_NAME = "EDITED"'));
  await vi.waitFor(async () => expect(await read("/things/about")).toContain("EDITED</title>"), SHOWN);
});

test("the stylesheet is there before the first page, under an address that caches keep", async () => {
  const [address = ""] = /\/static\/page\.[0-9a-f]{16}\.css/.exec(await read("/things/about")) ?? [];
  const response = await fetch(origin + address);
  expect(await response.text()).toContain("@layer base, tokens, components, pages");
  expect(response.headers.get("Cache-Control")).toBe("public, max-age=31536000, immutable");
});

test("a file of public that is saved shows, and the next page names it", async () => {
  const before = await read("/things/about");
  await writeFile(join(checkout, "public/style/base.css"), "body { color: rebeccapurple }");
  await vi.waitFor(async () => expect(await read("/static/page.css")).toContain("rebeccapurple"), SHOWN);
  expect(await read("/things/about")).not.toBe(before);
});

test("a migration that is saved is applied", async () => {
  const grace = await signIn("grace@example.com");
  await writeFile(join(checkout, "migrations/9999_drop.sql"), "DROP TABLE things;");
  await vi.waitFor(async () => expect(await read("/api/things", grace)).toContain("no such table"), SHOWN);
});
