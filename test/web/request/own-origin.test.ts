import { describe, expect, test } from "vitest";
import { isLoopback, isOwnOrigin, ownOrigins, publicOrigin } from "../../../src/web/request/own-origin.ts";

const LOOPBACK = [
  "http://localhost",
  "http://localhost:8787",
  "https://localhost",
  "http://LOCALHOST:8787",
  "http://app.localhost:8787",
  "http://a.b.localhost",
  "http://127.0.0.1:8787",
  "http://127.1.2.3",
  "http://127.255.255.255:1",
  "http://127.1",
  "http://0x7f.1",
  "http://[::1]:8787",
  "http://[0:0:0:0:0:0:0:1]",
];

const ELSEWHERE = [
  "http://evil.example",
  "https://candor.example",
  "http://localhost.evil.example",
  "http://127.0.0.1.evil.example",
  "http://notlocalhost",
  "http://localhost.",
  "http://localhost-evil.example",
  "http://localhost@evil.example",
  "http://evil.example:8787",
  "http://128.0.0.1",
  "http://126.127.0.1",
  "http://0.0.0.0",
  "http://10.127.0.1",
  "http://[::2]",
  "http://[::]",
  "http://[1::1]",
  "http://[::1:1]",
  "http://[::ffff:127.0.0.1]",
];

const requestTo = (origin: string) => new Request(`${origin}/path?host=localhost#localhost`);
const originOf = (url: string) => new URL(url).origin;

describe("isLoopback", () => {
  test.each(LOOPBACK)("is true for %s", (origin) => expect(isLoopback(requestTo(origin))).toBe(true));
  test.each(ELSEWHERE)("is false for %s", (origin) => expect(isLoopback({ url: `${origin}/localhost` })).toBe(false));
});

describe("publicOrigin", () => {
  const PUBLIC_ORIGIN = "https://candor.example";
  const sent = [...LOOPBACK, ...ELSEWHERE].filter((origin) => !origin.includes("@"));

  test.each(sent)("is PUBLIC_ORIGIN for a request to %s, in every environment", (origin) => {
    for (const ENVIRONMENT of ["development", "production", "staging", ""]) {
      expect(publicOrigin(requestTo(origin), { ENVIRONMENT, PUBLIC_ORIGIN })).toBe(PUBLIC_ORIGIN);
    }
  });

  test.each(sent)("without PUBLIC_ORIGIN never comes from a request to %s, outside development", (origin) => {
    for (const ENVIRONMENT of ["production", "staging", "Development", ""]) {
      const variables = { ENVIRONMENT, PUBLIC_ORIGIN: "" };
      expect(() => publicOrigin(requestTo(origin), variables)).toThrow("PUBLIC_ORIGIN");
    }
  });

  const development = { ENVIRONMENT: "development", PUBLIC_ORIGIN: "" };

  test.each(LOOPBACK)("without PUBLIC_ORIGIN is the request's in development: %s", (origin) => {
    expect(publicOrigin(requestTo(origin), development)).toBe(originOf(origin));
  });

  test.each(ELSEWHERE.filter((origin) => sent.includes(origin)))(
    "without PUBLIC_ORIGIN throws in development, too, for a request to %s",
    (origin) => {
      expect(() => publicOrigin(requestTo(origin), development)).toThrow("PUBLIC_ORIGIN");
    },
  );
});

describe("isOwnOrigin", () => {
  const request = new Request("http://localhost:8787/");
  const cases: [origin: string, withoutVariable: boolean, withVariable: boolean][] = [
    ["http://localhost:8787", true, true],
    ["https://candor.example", false, true],
    ["http://candor.example", false, false],
    ["https://candor.example:8443", false, false],
    ["https://candor.example/", false, false],
    ["https://candor.example.evil.example", false, false],
    ["https://CANDOR.example", false, false],
    ["http://localhost", false, false],
    ["https://localhost:8787", false, false],
    ["null", false, false],
    ["", false, false],
  ];

  test.each(cases)("of %j is %s, and with PUBLIC_ORIGIN %s", (origin, withoutVariable, withVariable) => {
    expect(isOwnOrigin(request, { PUBLIC_ORIGIN: "" }, origin)).toBe(withoutVariable);
    expect(isOwnOrigin(request, { PUBLIC_ORIGIN: "https://candor.example" }, origin)).toBe(withVariable);
  });

  test("is true for exactly what ownOrigins lists", () => {
    expect(ownOrigins(request, { PUBLIC_ORIGIN: "" })).toEqual(["http://localhost:8787"]);
    const variables = { PUBLIC_ORIGIN: "https://candor.example" };
    expect(ownOrigins(request, variables)).toEqual(["https://candor.example", "http://localhost:8787"]);
  });
});
