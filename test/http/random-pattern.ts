/** Random patterns, each with paths that are derived from it and partly mutated. */
import fc from "fast-check";

/** A piece of a pattern, in which `N` stands for a unique name, and samples of paths for it. */
export type Piece = readonly [pattern: string, ...samples: string[]];

export const PLAIN: readonly Piece[] = [
  ["/a", "/a"],
  ["/b", "/b"],
  ["/", "/"],
  ["/a-b.c~", "/a-b.c~"],
  ["/a%20b", "/a%20b", "/a b"],
  ["/%41", "/%41", "/A"],
  ["/50%", "/50%"],
  ["/:N", "/a", "/b", "/1", "/é", "/x%2Fy", "/%", "/%E0%A4", "/..a", "/a;b=c@d"],
];

export const TYPED: readonly Piece[] = [
  ["/:N<int>", "/0", "/-7", "/42", "/-0", "/01", "/9007199254740992", "/x"],
  ["/:N<uint>", "/0", "/42", "/-7", "/9007199254740991", "/1.0"],
  ["/:N<uuid>", "/0190b4e0-7f3a-7cc0-8000-0123456789ab", "/0190B4E0-7F3A-7CC0-8000-0123456789AB", "/0190b4e0"],
];

export const EXOTIC: readonly Piece[] = [
  ["/:N(\\d+)", "/1", "/23", "/a"],
  ["/(a|b)", "/a", "/b"],
  ["/:N(a.*)", "/a", "/ab/c"],
  ["/:N+", "/a", "/a/b/c"],
  ["/:N*", "", "/a", "/a/b"],
  ["/:N?", "", "/a"],
  ["/:N(\\d+)?", "", "/7"],
  ["{/b}?", "", "/b"],
  ["/a{b}+", "/ab", "/abbb"],
  ["/{a:N}?", "/ax", "/"],
  ["/:N-:M", "/a-b", "/a-b-c"],
  ["/:N.:M", "/a.b", "/a.b.c"],
  ["/v:N", "/v1", "/v"],
  ["/*", "/", "/a", "/a/b/"],
  ["/a*", "/a", "/ab/c"],
  ["/é", "/é", "/%C3%A9", "/%c3%a9"],
  ["/a b", "/a%20b"],
  ["/\\:x", "/:x"],
  ["/:ñN", "/a"],
];

const LAST: readonly Piece[] = [
  ["", ""],
  ["/*", "/", "/a", "/a/b", "/a%20b//"],
  ["/:N?", "", "/a", "/%20"],
];

const INSERTIONS = ["", "/", "a", "1", ".", "/..", "%", "%2F", "é", "-", "?q", "//"];

export interface PatternCase {
  readonly pattern: string;
  readonly paths: readonly string[];
}

/** Generates a pattern from the pieces and paths that match it, some of them mutated so that they may not. */
export function patternCase(pieces: readonly Piece[], maxLength = 3): fc.Arbitrary<PatternCase> {
  const parts = fc.tuple(fc.array(fc.constantFrom(...pieces), { maxLength }), fc.constantFrom(...LAST));
  const mutation = fc.record({
    at: fc.nat(40),
    cut: fc.nat(2),
    put: fc.constantFrom(...INSERTIONS),
    skip: fc.boolean(),
  });
  const paths = fc.array(fc.tuple(fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), mutation), {
    minLength: 2,
    maxLength: 2,
  });
  return fc.tuple(parts, paths).map(([[body, last], choices]) => {
    const all = [...body, last];
    const pattern =
      all.map(([text], index) => text.replaceAll("N", `n${index}`).replaceAll("M", `m${index}`)).join("") || "/";
    return { pattern, paths: choices.map(([picks, how]) => mutate(sample(all, picks), how)) };
  });
}

function sample(pieces: readonly Piece[], picks: readonly number[]): string {
  return pieces.map(([, ...samples], index) => samples[(picks[index] ?? 0) % samples.length]).join("") || "/";
}

function mutate(path: string, { at, cut, put, skip }: { at: number; cut: number; put: string; skip: boolean }): string {
  if (skip) return path;
  const place = 1 + (at % path.length);
  return path.slice(0, place) + put + path.slice(place + cut);
}
