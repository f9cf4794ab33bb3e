/** Which origin a deploy gives the app, and that a deploy without one changes nothing. */
import { execFile } from "node:child_process";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { decidePublicOrigin, type OriginConfig } from "../../scripts/public-origin.ts";
import { projectRoot } from "./build.ts";
import { copyCheckout } from "./checkout.ts";

const SET = "https://set.example";
const routes: NonNullable<OriginConfig["routes"]> = [
  "zone.example/*",
  { pattern: "zone.example/app/*" },
  { pattern: "not-custom.example", custom_domain: false },
  { pattern: "app.example", custom_domain: true },
  { pattern: "second.example", custom_domain: true },
];

const DECIDED: [name: string, config: OriginConfig, answer: string | null, origin: string][] = [
  ["the variable", { vars: { PUBLIC_ORIGIN: SET } }, null, SET],
  ["the variable before the custom domain", { vars: { PUBLIC_ORIGIN: SET }, routes }, "https://asked.example", SET],
  ["a variable with a port", { vars: { PUBLIC_ORIGIN: `${SET}:8443` } }, null, `${SET}:8443`],
  ["the first custom domain", { vars: { PUBLIC_ORIGIN: "" }, routes }, null, "https://app.example"],
  ["the custom domain before an answer", { vars: {}, routes }, "https://asked.example", "https://app.example"],
  ["the answer", { vars: { PUBLIC_ORIGIN: "" } }, " https://asked.example\n", "https://asked.example"],
  [
    "the answer beside other routes",
    { vars: {}, routes: routes.slice(0, 3) },
    "https://asked.example",
    "https://asked.example",
  ],
];
test.each(DECIDED)("a deploy takes %s", async (_, config, answer, origin) => {
  const ask = vi.fn(async () => answer ?? "");
  expect(await decidePublicOrigin(config, answer === null ? null : ask)).toBe(origin);
  expect(ask).toHaveBeenCalledTimes(origin === answer?.trim() ? 1 : 0);
});

test("without an origin and a terminal it stops with one line that says what to set", async () => {
  for (const config of [{ vars: {} }, { vars: { PUBLIC_ORIGIN: "" } }, { vars: {}, routes: routes.slice(0, 3) }]) {
    await expect(decidePublicOrigin(config, null)).rejects.toThrow(/^Nothing was deployed: set PUBLIC_ORIGIN .*$/);
  }
});

test.each([
  "http://a.example",
  "a.example",
  "https://a.example/",
  "https://a.example/x",
  "https://A.example",
  "https://a,b",
  "x",
  1,
  true,
])("it stops where the origin is %j, from wherever it comes", async (value) => {
  const bad = /^Nothing was deployed: .* must be an origin such as https:\/\/example\.com, not .*$/;
  await expect(decidePublicOrigin({ vars: { PUBLIC_ORIGIN: value } }, null)).rejects.toThrow(bad);
  await expect(decidePublicOrigin({ vars: {} }, async () => String(value))).rejects.toThrow(bad);
  const custom = [{ pattern: `${value}/*`, custom_domain: true }];
  await expect(decidePublicOrigin({ vars: {}, routes: custom }, null)).rejects.toThrow(bad);
});

let checkout: string;
beforeAll(async () => {
  checkout = await copyCheckout();
});
afterAll(() => rm(checkout, { recursive: true, force: true }));

/** Stands in for `scripts/wrangler.ts`: notes each call in a file. */
const NOTING = `import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseToml } from "./scaffold/toml-values.ts";
export const root = join(import.meta.dirname, "..");
export function runWrangler(args: readonly string[]): string {
  appendFileSync(join(root, "calls.txt"), JSON.stringify(args) + "\\n");
  return "[]";
}
export const readWrangler = runWrangler;
export const readToml = () => parseToml(readFileSync(join(root, "wrangler.toml"), "utf8"));
`;

/** @param toml What `wrangler.toml` says of the origin. @returns The calls of Wrangler, and what was printed. */
async function runDeploy(
  toml: string,
  args: readonly string[] = [],
): Promise<{ calls: string[][]; stdout: string; stderr: string }> {
  const config = await readFile(join(projectRoot, "wrangler.toml"), "utf8");
  await writeFile(join(checkout, "wrangler.toml"), `${toml}\n${config.replace(/^PUBLIC_ORIGIN.*/m, "")}`);
  await writeFile(join(checkout, "scripts/wrangler.ts"), NOTING);
  await writeFile(join(checkout, "calls.txt"), "");
  const running = promisify(execFile)(process.execPath, ["scripts/deploy.ts", ...args], { cwd: checkout });
  running.child.stdin?.end();
  const { stdout, stderr } = await running.catch((error: { stdout: string; stderr: string }) => error);
  const lines = (await readFile(join(checkout, "calls.txt"), "utf8")).split("\n").filter(Boolean);
  return { calls: lines.map((line) => JSON.parse(line)), stdout, stderr };
}

test.each(["", 'routes = [{ pattern = "app.example/*", custom_domain = true }]'])(
  "without an origin Wrangler is not even called, and one line says why: %s",
  async (toml) => {
    const { calls, stderr } = await runDeploy(toml);
    expect(calls).toEqual([]);
    expect(stderr.trim()).toMatch(/^Nothing was deployed: .*$/);
  },
);

test.each([
  [[], "production"],
  [["--env", "staging"], "staging"],
])(
  "a dry run with %j needs no origin and asks nothing, but says what a deploy to %s does",
  async (args, environment) => {
    const { calls, stdout, stderr } = await runDeploy("", ["--dry-run", ...args]);
    const config = join(checkout, `.wrangler-${environment}.json`);
    expect({ calls, stderr }).toEqual({ calls: [["deploy", "--dry-run", "--config", config]], stderr: "" });
    expect(stdout).toMatch(new RegExp(`^Deploying to ${environment}\\b.*:\\n {2}1\\. Run the checks`));
    expect(JSON.parse(await readFile(config, "utf8"))).toMatchObject({ main: "src/index.ts" });
  },
);
