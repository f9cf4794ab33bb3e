/** The numbers of limits in `wrangler.toml`, however they are written. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { experimental_readRawConfig as readRawConfig } from "wrangler";
import { readLimitConfig } from "../../scripts/limit-config.ts";
import { parseToml } from "../../scripts/scaffold/toml-values.ts";
import { projectRoot } from "../integration/build.ts";

const folder = mkdtempSync(join(tmpdir(), "limit-config-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As Wrangler reads it. */
function parse(text: string): unknown {
  writeFileSync(join(folder, "wrangler.toml"), text);
  return readRawConfig({ config: join(folder, "wrangler.toml") }).rawConfig;
}

const OWN = readFileSync(join(projectRoot, "wrangler.toml"), "utf8");
const NUMBERS = { env: { API: 600, NAME: "a # b" }, rateLimits: { ADDRESS: { max: 1200, windowSeconds: 60 } } };

/** The same numbers. */
const FORMS = {
  tables: `[vars]
API = 600 # a comment
NAME = "a # b"
[[ratelimits]]
name = "ADDRESS"
simple = { limit = 1200, period = 60 }
`,
  "inline tables": `vars = { API = 6_00, NAME = 'a # b' }
ratelimits = [
  # the only one
  { name = "ADDRESS", simple = { limit = 1_200, period = 60 } },
]
`,
  "dotted keys": `vars.API = +600
vars."NAME" = "a # b"
[[ratelimits]]
name = "ADDRESS"
simple.limit = 1200
simple.period = 60
[env.staging.vars]
API = 1
`,
  "a table in a table": `[[ratelimits]]
name = "ADDRESS"
[ratelimits.simple]
limit = 1200
period = 0x3c
[vars]
API = 600
NAME = "a # b"
`,
};

describe.each(Object.entries(FORMS))("%s", (_, text) => {
  test("have the numbers", () => expect(readLimitConfig(text)).toEqual(NUMBERS));
  test("are read as Wrangler reads them", () => expect(parseToml(text)).toEqual(parse(text)));
});

const ODD = `a = true
b = [1, -2.5, 1e3, [true, false], []]
c = {}
[d."e.f"]
g = { h.i = 1, "j k" = [{ l = 2 }, { l = 3 }] }
[[m]]
[[m.n]]
o = 1
[[m.n]]
o = 2
[[m]]
n = 3
[m.q]
r = 4
[__proto__]
p = 4
`;

test.each([OWN, ODD, ""])("a file is read as Wrangler reads it", (text) => {
  expect(JSON.parse(JSON.stringify(parseToml(text)))).toEqual(JSON.parse(JSON.stringify(parse(text))));
});

test("a file without variables and rate limits has none", () => {
  expect(readLimitConfig('name = "app"\n')).toEqual({ env: {}, rateLimits: {} });
});

test.each([
  ["no name", "simple = { limit = 1, period = 60 }"],
  ["no numbers", 'name = "A"'],
  ["no period", 'name = "A"\nsimple = { limit = 1 }'],
  ["a limit in words", 'name = "A"\nsimple = { limit = "many", period = 60 }'],
])("a rate limit with %s is refused", (_, lines) => {
  expect(() => readLimitConfig(`[[ratelimits]]\n${lines}\n`)).toThrow(
    /^A \[\[ratelimits\]\] of wrangler\.toml needs a name/,
  );
});
