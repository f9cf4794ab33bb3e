/** The options of `npm run load` have limits, and other machines are refused without permission. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { HELP, isLoopback, OptionError, readOptions } from "../../bench/load/options.ts";

const root = join(import.meta.dirname, "../../..");

/** Runs the command. It ends before it starts a Worker. */
async function run(...args: readonly string[]) {
  const command = [join(root, "test/bench/load.ts"), ...args];
  return promisify(execFile)(process.execPath, command, { cwd: root }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

test("without options, it measures the Worker that it starts", () => {
  expect(readOptions([])).toEqual({
    url: undefined,
    accountsFile: undefined,
    users: 200,
    seconds: 30,
    concurrency: 16,
    rate: undefined,
    maxRequests: 1_000_000,
    kind: undefined,
    isJson: false,
    plot: undefined,
  });
});

test("each option is read", () => {
  const args = "--url http://localhost:8787 --users 3 --seconds 4 --concurrency 5 --rate 6 --requests 7 --kind page";
  expect(readOptions([...args.split(" "), "--json", "--plot", "load.svg"])).toEqual({
    url: new URL("http://localhost:8787"),
    accountsFile: undefined,
    users: 3,
    seconds: 4,
    concurrency: 5,
    rate: 6,
    maxRequests: 7,
    kind: "page",
    isJson: true,
    plot: "load.svg",
  });
});

test("HELP names each option", () => {
  const names = ["url", "allow-remote", "accounts", "users", "seconds", "concurrency", "rate", "requests", "kind"];
  for (const name of [...names, "json", "plot", "help"]) expect(HELP).toContain(`  --${name} `);
});

describe("loopback addresses", () => {
  const LOCAL = ["localhost", "localhost:8787", "127.0.0.1", "127.8.9.10", "127.1", "[::1]", "2130706433"];
  test.each(LOCAL)("%s is on this machine", (host) => {
    expect(isLoopback(new URL(`http://${host}/`))).toBe(true);
    expect(readOptions(["--url", `http://${host}/`])?.users).toBe(20);
  });

  const REMOTE = [
    "example.com",
    "localhost.example.com",
    "127.0.0.1.example.com",
    "my-localhost",
    "10.0.0.1",
    "128.0.0.1",
    "0.0.0.0",
    "[::2]",
    "user@example.com",
    "localhost@example.com",
  ];
  test.each(REMOTE)("%s is refused without --allow-remote, and then needs accounts", (host) => {
    const args = ["--url", `https://${host}/`];
    expect(() => readOptions(args)).toThrow("is not on this machine");
    expect(() => readOptions([...args, "--accounts", "a.json"])).toThrow("--allow-remote");
    expect(() => readOptions([...args, "--allow-remote"])).toThrow("--accounts is required");
    expect(readOptions([...args, "--allow-remote", "--accounts", "a.json"])?.accountsFile).toBe("a.json");
  });
});

const NUMBERS = [
  ["users", 1000],
  ["seconds", 3600],
  ["concurrency", 500],
  ["rate", 10_000],
  ["requests", 2_000_000],
] as const;

test.each(NUMBERS)("--%s is at most %i", (name, max) => {
  expect(() => readOptions([`--${name}`, `${max}`])).not.toThrow();
  for (const text of [`${max + 1}`, "0", "-1", "1.5", "1e2", "ten", ""])
    expect(() => readOptions([`--${name}=${text}`])).toThrow(`--${name} must be a whole number from 1 to ${max}`);
});

test.each([
  [["--url", "ftp://localhost/"], "http or https"],
  [["--url", "localhost:8787"], "http or https"],
  [["--accounts", "a.json"], "needs --url"],
  [["--second", "3"], "--second"],
  [["http://localhost"], "localhost"],
])("%j is refused", (args, message) => {
  expect(() => readOptions(args)).toThrow(OptionError);
  expect(() => readOptions(args)).toThrow(message);
});

test("the command refuses another machine with a sentence and exit code 1", async () => {
  const { code, stdout, stderr } = await run("--url", "https://example.com", "--seconds", "1");
  expect([code, stdout]).toEqual([1, ""]);
  expect(stderr).toBe(
    "https://example.com is not on this machine. Measure only servers that you may load, and then add --allow-remote.\nnpm run load -- --help lists the options.\n",
  );
});

test("--help prints the options", async () => {
  expect(await run("--help")).toEqual({ code: 0, stdout: `${HELP}\n`, stderr: "" });
});
