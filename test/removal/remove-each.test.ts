/** Each feature can be removed by command: what is left passes the checks, is served, and has no dead link. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startCookieSession } from "../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { findCredentials } from "../../src/identity/users/users.ts";
import { DEMO_ACCOUNTS } from "../../src/web/pages/demo-data.ts";
import { projectRoot } from "../integration/build.ts";
import { serve } from "../integration/dev-server.ts";
import { openLocalDatabase } from "../integration/local-database.ts";
import { crawl } from "./crawl.ts";
import { copyProject, git, listChanges, run } from "./project-copy.ts";

/** Those of the working tree, as folders: this file needs no app. */
const FEATURES = readdirSync(join(projectRoot, "src/features"));

/** The tests that depend on the list of features. With CHECK=full, all tests run. */
const TESTS = process.env.CHECK === "full" ? [] : ["test/house", "test/routes.test.ts"];

/** What `npm run check` does. */
async function check(folder: string): Promise<void> {
  const bin = join(projectRoot, "node_modules/.bin");
  await run(folder, join(bin, "biome"), "check", "--error-on-warnings", ".");
  // With one checker, since two of these tests run at a time, and several checkers check the same types twice.
  await run(folder, join(bin, "tsc"), "--checkers", "1");
  await run(folder, join(bin, "vitest"), "run", ...TESTS);
}

/** The page that the app calls its home, whichever features it has. */
const PRINT_HOME = 'import("./src/app.ts").then(({ facts }) => process.stdout.write(facts.homePath))';

/** Crawls as a visitor and as each demonstration account, signed in behind the app's back. */
async function expectNoDeadLinks(checkout: string): Promise<readonly string[]> {
  const start = await run(checkout, process.execPath, "-e", PRINT_HOME);
  const { origin, stop } = await serve(checkout);
  try {
    const seen = [await crawl(origin, start)];
    const db = openLocalDatabase(checkout);
    for (const { email } of DEMO_ACCOUNTS) {
      const user = await findCredentials(db, { email });
      if (!user) throw new Error(`There is no account of ${email}`);
      const session = await startCookieSession(db, { user, device: "test", deviceId: createDeviceId() });
      seen.push(await crawl(origin, start, { Cookie: `__Host-session=${session?.secret}` }));
    }
    expect(seen.flatMap(({ dead }) => dead)).toEqual([]);
    return [...new Set(seen.flatMap(({ pages }) => pages))];
  } finally {
    await stop();
  }
}

describe.concurrent("a copy of the project", () => {
  test.for(FEATURES)("without %s", async (feature, context) => {
    const folder = copyProject(context);
    await run(folder, process.execPath, "scripts/remove.ts", feature);
    expect(existsSync(join(folder, "src/features", feature))).toBe(false);
    await check(folder);
    const pages = await expectNoDeadLinks(folder);
    expect(pages).not.toContain(`/${feature}`);
  });

  test("with a new feature: the checks pass, every link leads somewhere, and removing it leaves no difference", async (context) => {
    const folder = copyProject(context);
    await run(folder, process.execPath, "scripts/add.ts", "short-links");
    await check(folder);
    const vitest = join(projectRoot, "node_modules/.bin/vitest");
    await run(folder, vitest, "run", "--project", "workers", "test/features/short-links");
    expect(await expectNoDeadLinks(folder)).toContain("/short-links");
    await run(folder, process.execPath, "scripts/remove.ts", "short-links");
    expect(listChanges(folder)).toBe("");
  });

  test("with another name: the checks pass, and the old name leaves no difference", async (context) => {
    const folder = copyProject(context);
    const name = JSON.parse(git(folder, "show", "HEAD:package.json")).name;
    await run(folder, process.execPath, "scripts/rename.ts", "my-app");
    await check(folder);
    await expectNoDeadLinks(folder);
    await run(folder, process.execPath, "scripts/rename.ts", name);
    expect(listChanges(folder)).toBe("");
  });
});
