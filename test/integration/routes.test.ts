/** The command that prints the policy. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PolicyRoute } from "../../src/web/app/policy.ts";
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

describe("the limits have the numbers of wrangler.toml", () => {
  const CONFIG = readFileSync(join(projectRoot, "wrangler.toml"), "utf8");
  const withConfig = (before: string | RegExp, after: string) => {
    const changed = CONFIG.replace(before, after);
    expect(changed).not.toBe(CONFIG);
    writeFileSync(join(checkout, "wrangler.toml"), changed);
  };
  afterEach(() => writeFileSync(join(checkout, "wrangler.toml"), CONFIG));

  test.each([
    [
      "of a variable",
      "API_RATE_LIMIT = 600",
      "API_RATE_LIMIT = 601",
      "rateLimit(api)               601 requests per 60 s",
    ],
    [
      "of a string",
      "API_RATE_LIMIT = 600",
      'API_RATE_LIMIT = "602"',
      "rateLimit(api)               602 requests per 60 s",
    ],
    [
      "of a binding",
      "limit = 1200, period = 60",
      "limit = 9, period = 10",
      "rateLimit(address)           9 requests per 10 s",
    ],
  ])("%s, in the text", (_, before, after, line) => {
    withConfig(before, after);
    const name = line.split(" ")[0];
    const expected = pinned.split("\n").map((text) => (text.startsWith(`${name}  `) ? line : text));
    expect(run().stdout.split("\n")).toEqual(expected);
  });

  test("in the data", () => {
    withConfig("limit = 1200, period = 60", "limit = 9, period = 10");
    const { routes } = JSON.parse(run("--json").stdout) as { routes: readonly PolicyRoute[] };
    const limits = routes.flatMap(({ guards }) => guards.flatMap((guard) => guard.limits ?? []));
    expect(limits).toContainEqual({ name: "address", unit: "requests", max: 9, windowSeconds: 10 });
    expect(limits).toContainEqual({ name: "api", unit: "requests", max: 600, windowSeconds: 60 });
  });

  test.each([
    [
      "a variable that is no number",
      'API_RATE_LIMIT = "many"',
      "The rate limit api must be a whole number above 0, not NaN.",
    ],
    ["a variable that is 0", "API_RATE_LIMIT = 0", "The rate limit api must be a whole number above 0, not 0."],
    ["a variable less", "", "The rate limit api must be a whole number above 0, not NaN."],
  ])("%s is refused", (_, line, message) => {
    withConfig("API_RATE_LIMIT = 600", line);
    expect(run()).toMatchObject({ stdout: "", stderr: `${message} Correct it in wrangler.toml\n`, status: 1 });
  });

  test("a binding less is refused", () => {
    withConfig(/\[\[ratelimits\]\]\n.*\n.*\n.*\n/, "");
    const stderr = "wrangler.toml has no [[ratelimits]] with the name ADDRESS_LIMIT. Add it.\n";
    expect(run()).toMatchObject({ stdout: "", stderr, status: 1 });
  });
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

  test.each(["src/http/index.ts", "src/web/app/policy.ts", "src/web/hooks/cors.ts", "src/app.ts"])(
    "in %s, it prints the same",
    (path) => {
      const text = readFileSync(join(broken, path), "utf8");
      writeFileSync(join(broken, THINGS), good);
      writeFileSync(join(broken, path), `${text}\nconst list = [1, 2;\n`);
      const { stdout, stderr, status } = runIn(broken);
      writeFileSync(join(broken, path), text);
      expectMessage(stderr, { printed: [`${path}:`, "const list = [1, 2;\n", "Expected ',', got ';'"] });
      expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    },
  );

  test("a guard without a name is printed", () => {
    writeFileSync(join(broken, THINGS), ANONYMOUS_GUARD.make(good));
    expect(runIn(broken).stdout).toMatch(/\/api\/other .*\(anonymous\)/);
  });
});
