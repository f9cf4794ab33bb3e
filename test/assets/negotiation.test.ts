import { env } from "cloudflare:test";
import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { publish } from "../../scripts/assets.ts";
import { negotiateEncoding } from "../../src/assets/negotiate-encoding.ts";
import { send } from "../harness.ts";
import { site, text } from "./assets.ts";

const ALL = ["br", "gzip"];
const ask = (accepted: string | null, available = ALL) =>
  negotiateEncoding(
    new Request("http://localhost/", accepted === null ? {} : { headers: { "Accept-Encoding": accepted } }),
    available,
  );

/** By the rule of RFC 9110 that decides; undefined for the bytes as they are. */
const RULES: Record<string, [accepted: string | null, expected: string | undefined][]> = {
  "§12.5.3: without the header any coding is acceptable, and that of no coding is safe": [[null, undefined]],
  "§12.5.3: an empty value wants no coding": [
    ["", undefined],
    [" ", undefined],
    [",", undefined],
    [", ,", undefined],
  ],
  "§12.5.3: a coding that is listed is acceptable": [
    ["br", "br"],
    ["gzip", "gzip"],
    ["gzip, deflate, br, zstd", "br"],
    ["identity, gzip;q=1", "gzip"],
  ],
  "§12.5.3: the asterisk stands for those that are not listed": [
    ["*", "br"],
    ["*;q=0.1", "br"],
    ["br;q=0, *", "gzip"],
    ["gzip;q=0, *", "br"],
    ["gzip;q=0.5, *;q=1", "br"],
    ["br;q=0.5, *;q=1", "gzip"],
    ["br;q=0, gzip;q=0, *", undefined],
    ["*;q=0, gzip", "gzip"],
  ],
  "§12.5.3: a weight of 0 means not acceptable": [
    ["br;q=0", undefined],
    ["br;q=0.000", undefined],
    ["br;q=0, gzip", "gzip"],
    ["br, gzip;q=0", "br"],
    ["gzip;q=0, br;q=0", undefined],
    ["*;q=0", undefined],
    ["*;q=0.0, identity", undefined],
  ],
  "§12.5.3: where nothing that there is was listed, the bytes go out without a coding": [
    ["deflate", undefined],
    ["zstd, compress", undefined],
    ["identity", undefined],
    ["identity;q=0", undefined],
    ["identity;q=0, deflate", undefined],
    ["identity;q=0, *;q=0", undefined],
  ],
  "§12.5.3: without the identity, one that is listed": [
    ["identity;q=0, gzip", "gzip"],
    ["identity;q=0, *;q=0.1", "br"],
    ["identity;q=0, br;q=0.001", "br"],
  ],
  "§12.4.2: the higher weight is preferred": [
    ["gzip;q=1.0, br;q=0.5", "gzip"],
    ["gzip;q=0.5, br;q=1.0", "br"],
    ["br;q=0.5, gzip;q=0.501", "gzip"],
    ["gzip, br;q=0.999", "gzip"],
    ["identity, br;q=0.9, gzip;q=0.8", undefined],
    ["identity;q=0.5, gzip;q=0.4, br;q=0.6", "br"],
    ["identity;q=0.5, gzip;q=0.6, br;q=0.4", "gzip"],
    ["identity;q=0.5, *;q=0.4", undefined],
  ],
  "§12.5.3: of equal weights the server prefers which it likes: what is smaller": [
    ["gzip, br", "br"],
    ["gzip;q=0.3, br;q=0.3", "br"],
    ["gzip;q=0.3, br;q=0.3, identity;q=0.3", "br"],
    ["gzip;q=0.3, identity;q=0.3", "gzip"],
  ],
  "§8.4.1: codings are named in any case": [
    ["BR", "br"],
    ["GZip", "gzip"],
    ["IDENTITY, gzip;q=0.5", undefined],
    ["Br;q=0, gzip", "gzip"],
  ],
  "§12.4.2 with RFC 5234 §2.3: so is the weight": [
    ["br;Q=0", undefined],
    ["br;Q=0.5, gzip;Q=0.7", "gzip"],
  ],
  "§5.6.1, §12.4.2: spaces and tabs around commas and semicolons, and empty elements, say nothing": [
    ["  br  ", "br"],
    ["gzip ;q=0.9\t,\tbr ; q=0.5", "gzip"],
    ["br; q=0 ,gzip", "gzip"],
    [",,gzip,,", "gzip"],
  ],
  "no coding of ours: what is malformed is not understood as one": [
    ["brr", undefined],
    ["xbr", undefined],
    ["b r", undefined],
    ["gzip/br", undefined],
    ['"br"', undefined],
    [";q=1", undefined],
    ["q=1", undefined],
    ["br;q=high", undefined],
    ["br;q=-1", undefined],
    ["constructor, __proto__", undefined],
  ],
};
const TABLE = Object.entries(RULES).flatMap(([rule, cases]) =>
  cases.map(([accepted, expected]) => [accepted, expected, rule] as const),
);

test.each(TABLE)("Accept-Encoding %j gets %s (%s)", (accepted, expected) => {
  expect(ask(accepted)).toBe(expected);
});

describe("of fewer encodings", () => {
  test.each<[accepted: string, available: string[], expected: string | undefined]>([
    ["gzip, br", ["gzip"], "gzip"],
    ["br", ["gzip"], undefined],
    ["gzip", ["br"], undefined],
    ["*", ["gzip"], "gzip"],
    ["*, br", [], undefined],
    ["zstd", ["zstd"], undefined],
  ])("Accept-Encoding %j of %j gets %s", (accepted, available, expected) => {
    expect(ask(accepted, available)).toBe(expected);
  });
});

describe("cf.clientAcceptEncoding", () => {
  const withCf = (header: string, sent: unknown) =>
    negotiateEncoding(
      new Request("http://localhost/", {
        headers: { "Accept-Encoding": header },
        cf: { clientAcceptEncoding: sent } as RequestInitCfProperties,
      }),
      ALL,
    );

  test.each([
    ["gzip", "br", "br"],
    ["gzip, br", "gzip", "gzip"],
    ["gzip, br", "identity", undefined],
    ["gzip, br", "", undefined],
    ["br", "br;q=0", undefined],
    ["gzip", undefined, "gzip"],
  ])("with the header %j and %j gets %s", (header, sent, expected) => {
    expect(withCf(header, sent)).toBe(expected);
  });
});

describe("over HTTP", () => {
  beforeAll(async () => void (await publish(site({ "a.css": text("a") }), env)));

  test.each<[header: string, cf: RequestInitCfProperties, expected: string | null]>([
    ["gzip;q=1.0, br;q=0.5", {}, "gzip"],
    ["gzip, br", {}, "br"],
    ["gzip", { clientAcceptEncoding: "br" } as RequestInitCfProperties, "br"],
    ["gzip, br", { clientAcceptEncoding: "identity" } as RequestInitCfProperties, null],
  ])("Accept-Encoding %j with cf %j gets %s", async (header, cf, expected) => {
    vi.spyOn(console, "log").mockImplementation(() => {});
    for (const method of ["GET", "HEAD"]) {
      const response = await send("/static/a.css", { method, headers: { "Accept-Encoding": header }, cf });
      expect(response.headers.get("Content-Encoding")).toBe(expected);
      expect(response.headers.get("ETag")).toMatch(expected === null ? /[0-9a-f]{32}"$/ : `-${expected}"`);
    }
  });
});

describe("any Accept-Encoding", () => {
  const coding = fc.constantFrom("br", "gzip", "identity", "*", "deflate", "GZIP", "Br");
  const weight = fc.constantFrom(undefined, "0", "0.0", "0.001", "0.5", "0.999", "1", "1.000");
  const members = fc.uniqueArray(fc.record({ coding, weight }), {
    maxLength: 5,
    selector: (member) => member.coding.toLowerCase(),
  });

  test("gets one that it accepts, and none that it likes less than another that there is", () => {
    const property = fc.property(members, fc.subarray(ALL), (list, available) => {
      const header = list.map(({ coding, weight }) => (weight ? `${coding};q=${weight}` : coding)).join(", ");
      const weights = new Map(list.map(({ coding, weight }) => [coding.toLowerCase(), Number(weight ?? 1)]));
      const weightOf = (one: string) => weights.get(one) ?? weights.get("*") ?? 0;
      const best = Math.max(0, ...available.map(weightOf));
      const chosen = ask(header, available);
      if (chosen === undefined) expect(best === 0 || best < (weights.get("identity") ?? 0)).toBe(true);
      else expect([available.includes(chosen), weightOf(chosen)]).toEqual([true, best || "nothing acceptable"]);
    });
    fc.assert(property, { numRuns: 2000 });
  });

  test("that is garbage gets bytes that everybody can read, or an encoding that it names", () => {
    const piece = fc.oneof(
      fc.constantFrom("br", "gzip", "*", ";", ",", "q=", "q", "=", " ", "\t", '"', "\\", "0", "1", "-", "e9", "NaN"),
      fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)), maxLength: 3 }),
    );
    const property = fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const header = pieces.join("");
      const chosen = ask(header);
      if (chosen !== undefined) expect(header.includes("*") || header.toLowerCase().includes(chosen)).toBe(true);
    });
    fc.assert(property, { numRuns: 2000 });
  });
});
