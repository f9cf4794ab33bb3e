import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { nextPath } from "../../../src/web/request/next-path.ts";
import { HOSTILE_PATHS } from "../../hostile-paths.ts";

// Many requests or hashes a test: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const HERE = "https://candor.example/login?next=x";
const FALLBACK = "/start";

describe("nextPath", () => {
  test.each(HOSTILE_PATHS)("refuses %j", (next) => {
    expect(nextPath(next, HERE, FALLBACK)).toBe(FALLBACK);
  });

  test.each([
    ["/", "/"],
    ["/things", "/things"],
    ["/things?q=tea&cursor=abc%20d", "/things?q=tea&cursor=abc%20d"],
    ["/things?q=//evil.example", "/things?q=//evil.example"],
    ["/a//b", "/a//b"],
    ["/a/../b", "/b"],
    ["/things#part", "/things"],
    // A browser decodes neither: they are names on our own host.
    ["/%2F/evil.example", "/%2F/evil.example"],
    ["/%5Cevil.example", "/%5Cevil.example"],
    ["/%09/evil.example", "/%09/evil.example"],
    ["/@evil.example", "/@evil.example"],
  ])("keeps %s as %s", (next, path) => {
    expect(nextPath(next, HERE, FALLBACK)).toBe(path);
  });

  test("refuses other hosts however long they are", () => {
    expect(nextPath(`//${"a".repeat(100_000)}.example`, HERE, FALLBACK)).toBe(FALLBACK);
    expect(nextPath(`/${"./".repeat(50_000)}/evil.example`, HERE, FALLBACK)).toBe(FALLBACK);
  });

  const piece = fc.oneof(
    fc.constantFrom("/", "\\", ".", "..", "%2e", "%2f", "%5c", "\t", "\n", "\r", "@", ":", "?", "#", "evil.example"),
    fc.constantFrom("／", "＼", "。", "https:", "javascript:", "//"),
    fc.string({ unit: "binary", maxLength: 3 }),
  );
  const nasty = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));

  test.each(["https://candor.example", "http://localhost:8787"])("never leads away from %s", (origin) => {
    const property = fc.property(fc.oneof(nasty, fc.webUrl(), fc.string()), fc.boolean(), (text, isRooted) => {
      const result = nextPath(isRooted ? `/${text}` : text, `${origin}/login`, FALLBACK);
      expect(result).toMatch(/^\/(?![/\\])[!-~]*$/);
      expect(new URL(result, `${origin}/any/page`).origin).toBe(origin);
      expect(nextPath(result, `${origin}/login`, "/other")).toBe(result);
    });
    fc.assert(property, { numRuns: 5000 });
  });
});
