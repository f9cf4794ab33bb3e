/** The command that prints the policy. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { projectRoot } from "./build.ts";
import { copyCheckout } from "./checkout.ts";

const pinned = readFileSync(join(projectRoot, "test/routes.snap.txt"), "utf8");
let checkout: string;

beforeAll(async () => {
  checkout = await copyCheckout();
  mkdirSync(join(checkout, "test"));
});
afterAll(() => rmSync(checkout, { recursive: true }));

function run(...flags: string[]) {
  return spawnSync(process.execPath, [join(checkout, "scripts/routes.ts"), ...flags], { encoding: "utf8" });
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
