/** Mistakes in the feature of the tests' own, and what must be printed for each. */
import { expect } from "vitest";

/** The file with the mistake. */
export const THINGS = "src/features/things/index.ts";

export interface Mistake {
  readonly name: string;
  /** Makes it in the text of the file. */
  readonly make: (text: string) => string;
  /** Each is in what is printed. */
  readonly printed: readonly (string | RegExp)[];
}

const append = (code: string) => (text: string) => `${text}\n${code}\n`;
const replace = (before: string, after: string) => (text: string) => {
  expect(text).toContain(before);
  return text.replace(before, after);
};
const ROUTES = "routes: [...api, ";
const withRoute = (code: string) => replace(ROUTES, `${ROUTES}${code}, `);

/** One of each kind. */
export const KINDS: readonly Mistake[] = [
  {
    name: "a syntax error",
    make: append("const list = [1, 2;"),
    printed: [`${THINGS}:`, "const list = [1, 2;\n", "Expected ',', got ';'"],
  },
  {
    name: "a duplicate route",
    make: withRoute('route.get("/api/things", { resolve: () => new Response() })'),
    printed: ["(route_duplicate)", "GET /api/things"],
  },
  {
    name: "an invalid pattern",
    make: withRoute('route.get("/api/:things:", { resolve: () => new Response() })'),
    printed: ["(pattern_invalid)", "GET /api/:things:"],
  },
  {
    name: "a feature that throws",
    make: append('throw new TypeError("No things today");'),
    printed: ["TypeError: No things today\n", new RegExp(`at ${THINGS}:\\d+:7\n`)],
  },
];

/** Others, of kinds that Node reports in different ways. */
export const MORE: readonly Mistake[] = [
  {
    name: "a name that is declared twice",
    make: append("const api = 1;"),
    printed: [`${THINGS}:`, "const api = 1;\n", "Identifier 'api' has already been declared"],
  },
  {
    name: "a path that no route has",
    make: replace('path: "/things", for', 'path: "/nothing", for'),
    printed: ["contributes the path /nothing, but no route has it"],
  },
  {
    name: "an import without its extension",
    make: replace('"../../web/app/feature.ts"', '"../../web/app/feature"'),
    printed: [
      `Cannot find module 'src/web/app/feature' imported from ${THINGS}`,
      "Imports name a file with its extension",
    ],
  },
  {
    name: "a type that is imported as a value",
    make: replace("import type { SignedIn }", "import { SignedIn }"),
    printed: [`${THINGS}:`, "import { SignedIn }", "If SignedIn is a type, write `type SignedIn` in the import."],
  },
  {
    name: "a module that Node does not have",
    make: append('import "cloudflare:workers";'),
    printed: ["must load there, too", "which only src/index.ts imports"],
  },
  {
    name: "a global that Node does not have",
    make: append("caches.default;"),
    printed: [
      "ReferenceError: caches is not defined\n",
      "must load there, too",
      "inside functions, not while a module loads",
    ],
  },
  ...["setInterval(() => {}, 1000)", "setTimeout(() => {})", 'fetch("data:,")', "crypto.randomUUID()"].map((code) => ({
    name: `${code} while a module loads`,
    make: append(`${code};`),
    printed: [
      `${/[.\w]+/.exec(code)?.[0].replace("crypto.", "")} is called while`,
      new RegExp(`at ${THINGS}:\\d+:\\d+\n`),
    ],
  })),
  {
    name: "an error with a cause",
    make: append('throw new Error("outer", { cause: new Error("inner") });'),
    printed: ["Error: outer\nCaused by Error: inner\n"],
  },
  { name: "a thrown object", make: append("throw { code: 7 };"), printed: ["this was thrown: { code: 7 }"] },
  { name: "an enum", make: append("enum Kind { A }"), printed: [`${THINGS}:`, "enum Kind { A }\n", "write a union"] },
  {
    name: "an import of a folder",
    make: append('import "../../identity";'),
    printed: ["src/identity' is not supported", "add `/index.ts`"],
  },
  {
    name: "a method in small letters",
    make: withRoute('route.on("get", "/api/other", { resolve: () => new Response() })'),
    printed: ["(method_invalid)", "/api/other"],
  },
];

/** The table can be printed with it, but the build step refuses it. */
export const ANONYMOUS_GUARD: Mistake = {
  name: "a guard without a name",
  make: withRoute('route.get("/api/other", { guards: [() => ({ allow: true })], resolve: () => new Response() })'),
  printed: ["/api/other: guard 1 of 1 has no name. Write a named function"],
};

/** Checks a printed message: it has each part, and no stack. */
export function expectMessage(text: string, { printed }: Pick<Mistake, "printed">): void {
  for (const part of printed) expect(text).toMatch(part);
  expect(text).not.toMatch(/node:internal|\bat .*node_modules|file:\/\/|^ {4}at /m);
}
