/** The command that prints the policy. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "./build.ts";
import { copyCheckout } from "./checkout.ts";
import { copyWithThings } from "./dev-server.ts";
import { ANONYMOUS_GUARD, expectMessage, KINDS, MORE, THINGS } from "./mistakes.ts";

const pinned = readFileSync(join(projectRoot, "test/routes.snap.txt"), "utf8");
let checkout: string;

beforeAll(async () => {
  checkout = await copyCheckout();
  mkdirSync(join(checkout, "test"));
});
afterAll(() => rmSync(checkout, { recursive: true }));

function run(...flags: string[]) {
  return runIn(checkout, ...flags);
}

function runIn(folder: string, ...flags: string[]) {
  return spawnSync(process.execPath, [join(folder, "scripts/routes.ts"), ...flags], { encoding: "utf8" });
}

test("npm run routes prints the pinned text, and nothing else", () => {
  const { stdout, stderr, status } = run();
  expect({ stdout, stderr, status }).toEqual({ stdout: pinned, stderr: "", status: 0 });
});

test("--update writes the text to the file that the test pins", () => {
  expect(run("--update").stdout).toBe("Wrote test/routes.snap.txt.\n");
  expect(readFileSync(join(checkout, "test/routes.snap.txt"), "utf8")).toBe(pinned);
});

test("--json prints the app's hooks once, the routes and the exceptions", () => {
  const { hooks, routes, exceptions } = JSON.parse(run("--json").stdout);
  expect(Object.keys(hooks)).toEqual(["onRequest", "onResponse", "onError", "onSend"]);
  expect(routes[0]).toMatchObject({ methods: expect.any(Array), path: expect.any(String), guards: expect.any(Array) });
  expect(JSON.stringify(routes)).not.toContain('"level":"app"');
  expect(Object.keys(exceptions)).toEqual(["unauthenticated", "unlimited"]);
});

test("a flag that does not exist is refused", () => {
  expect(run("--jsn").status).toBe(1);
});

describe("with a mistake", () => {
  let broken: string;
  let good: string;
  beforeAll(async () => {
    broken = await copyWithThings();
    good = readFileSync(join(broken, THINGS), "utf8");
  });
  afterAll(() => rmSync(broken, { recursive: true }));

  test.each([...KINDS, ...MORE])("such as $name, it prints what is wrong and where, without a stack", (mistake) => {
    writeFileSync(join(broken, THINGS), mistake.make(good));
    const { stdout, stderr, status } = runIn(broken);
    expectMessage(stderr, mistake);
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  });

  test("a guard without a name is printed", () => {
    writeFileSync(join(broken, THINGS), ANONYMOUS_GUARD.make(good));
    expect(runIn(broken).stdout).toMatch(/\/api\/other .*\(anonymous\)/);
  });
});
