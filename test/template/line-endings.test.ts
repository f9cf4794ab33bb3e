/** A clone has the same bytes where Git converts line endings, as Git for Windows does by default. */
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "line-endings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const FILES = [
  ".gitattributes",
  ".ci/run",
  "package.json",
  "src/index.ts",
  "public/style/base.css",
  "public/favicon.ico",
];

function git(...args: readonly string[]): void {
  const identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  execFileSync("git", [...identity, ...args], { cwd: folder, stdio: "ignore" });
}

test("a clone with core.autocrlf=true has the bytes of the original", () => {
  git("init", "origin");
  for (const path of FILES) {
    const copy = join(folder, "origin", path);
    mkdirSync(dirname(copy), { recursive: true });
    copyFileSync(join(root, path), copy);
  }
  git("-C", "origin", "add", "--all");
  git("-C", "origin", "commit", "--message", "first");
  git("-c", "core.autocrlf=true", "clone", "origin", "clone");
  const changed = FILES.filter(
    (path) => !readFileSync(join(folder, "clone", path)).equals(readFileSync(join(root, path))),
  );
  expect(changed).toEqual([]);
});
