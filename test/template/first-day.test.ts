/** A fork after its first day: what it adds, renames and deletes passes the static part of `npm run check`. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTree } from "../house/tree.ts";

const root = join(import.meta.dirname, "../..");
const fork = mkdtempSync(join(tmpdir(), "first-day-"));
afterAll(() => rmSync(fork, { recursive: true }));

const ADDED: Readonly<Record<string, string>> = {
  "README.md": "# Shop\n\nOur shop.\n",
  "CHANGELOG.md": "# 0.1.0\n\n- The shop opens.\n",
  NOTICE: "Based on a template.\n",
  "docs/decisions/0001-a-shop.md": "# A shop\n",
  "docs/diagram.svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>Shop</title></svg>\n',
  "docker/compose.yaml": "services: {}\n",
};

/** In each file, what a pattern matches becomes the other text. */
const RENAMED: readonly (readonly [path: string, pattern: RegExp, text: string])[] = [
  ["package.json", /(?<="name": ")[^"]+/, "shop"],
  ["wrangler.toml", /(?<=^name = ")[^"]+/m, "shop"],
  ["src/web/app/app-name.ts", /(?<=APP_NAME = ")[^"]+/, "Shop"],
];

function write(path: string, text: string): void {
  mkdirSync(dirname(join(fork, path)), { recursive: true });
  writeFileSync(join(fork, path), text);
}

beforeAll(() => {
  for (const { path } of readTree(root)) cpSync(join(root, path), join(fork, path));
  symlinkSync(join(root, "node_modules"), join(fork, "node_modules"));
  rmSync(join(fork, "test/template"), { recursive: true });
  for (const [path, text] of Object.entries(ADDED)) write(path, text);
  for (const [path, pattern, text] of RENAMED) {
    const before = readFileSync(join(root, path), "utf8");
    expect(before, path).toMatch(pattern);
    write(path, before.replace(pattern, text));
  }
});

test.each([
  ["format and lint", "@biomejs/biome/bin/biome", ["check", "--error-on-warnings", "."]],
  ["types", "typescript/bin/tsc", []],
  ["house rules", "vitest/vitest.mjs", ["run", "--project", "node", "test/house"]],
])(
  "the fork passes: %s",
  (_, tool, args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [join("node_modules", tool), ...args], {
      cwd: fork,
      encoding: "utf8",
    });
    expect({ status, output: status === 0 ? "" : stdout + stderr }).toEqual({ status: 0, output: "" });
  },
  180_000,
);
