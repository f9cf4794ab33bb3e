/** The comment that a workflow with write access makes of a text that a stranger's pull request has written. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { readUntrusted, toComment } from "../../scripts/policy-comment.ts";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "policy-comment-"));
afterAll(() => rmSync(folder, { recursive: true }));

const DIFF =
  "Changes of policy since HEAD^1 (1a2b3c):\n\nWIDENS, OR MAY WIDEN\n- removes requireAuth → requireRole(admin) from POST /x\n";

function write(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The lines between the fences, if the text is within them and nothing is after. */
function fencedLines(comment: string): string[] {
  const lines = comment.split("\n");
  const start = lines.indexOf("```text");
  expect([start, lines.indexOf("```", start + 1), lines.at(-1)]).toEqual([3, lines.length - 2, ""]);
  return lines.slice(start + 1, -2);
}

test("the command prints a marker, a sentence and the text in a fence", () => {
  const command = [join(root, "scripts/policy-comment.ts"), write("diff.txt", DIFF)];
  const { stdout, stderr, status } = spawnSync(process.execPath, command, { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  expect(stdout).toMatch(/^<!-- policy-diff -->\nWhat this pull request changes in the route table\. .*\n\n```text\n/);
  expect(fencedLines(stdout).join("\n")).toBe(DIFF.trimEnd());
});

test.each([
  ["a fence", "a\n```\n@everyone <img src=x>\n```\n"],
  ["a longer fence", "`````\n@everyone"],
  ["a fence of tildes", "~~~\n@everyone"],
  ["a fence after a lone CR", "a\r```\r@everyone"],
  ["a fence after a line separator", "a\u2028```\u2028@everyone"],
  ["a comment of HTML", "--> <!-- policy-diff -->\n<script>"],
  ["nothing", ""],
])("%s stays inside the fence", (_, text) => {
  const lines = fencedLines(toComment(text));
  expect(lines.join("\n")).not.toMatch(/`|\r|\u2028/);
});

test("any text stays inside the fence, as visible characters, within GitHub's limit", () => {
  const piece = fc.oneof(fc.constantFrom("`", "```", "\n", "\r", "\u202e", "\u0000", "\u2029", "@a"), fc.string());
  const any = fc.array(piece).map((all) => all.join(""));
  const property = fc.property(any, fc.constantFrom(1, 1, 100_000), (text, times) => {
    const comment = toComment(text.repeat(Math.min(times, Math.ceil(200_000 / (text.length + 1)))));
    expect(fencedLines(comment).join("")).not.toMatch(/`|\p{C}/u);
    expect(comment.length).toBeLessThan(65_536);
  });
  fc.assert(property);
});

test("a long text is cut, and says so", () => {
  expect(fencedLines(toComment("x".repeat(60_000)))).toEqual(["x".repeat(60_000)]);
  expect(fencedLines(toComment("x".repeat(60_001)))).toEqual(["x".repeat(60_000), "… (cut)"]);
});

test("only the beginning of a large file is read, also if that is not UTF-8", () => {
  expect(readUntrusted(write("large", Buffer.alloc(1_000_000, "a")))).toHaveLength(240_000);
  expect(readUntrusted(write("bytes", Uint8Array.of(0xff, 0x61)))).toBe("\ufffda");
});

test("a link and a folder are refused", () => {
  const link = join(folder, "link");
  symlinkSync(write("secret", "secret"), link);
  mkdirSync(join(folder, "inner"));
  expect(() => readUntrusted(link)).toThrow();
  expect(() => readUntrusted(join(folder, "inner"))).toThrow(/inner is not a regular file\./);
});
