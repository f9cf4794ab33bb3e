/** Holds the explanation of each guard to its doc comment, which begins with the same sentence. */
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import type { SourceFile } from "./rules.ts";
import { readTree } from "./tree.ts";

const DOC_COMMENT = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*(?:export )?(?:async )?(?:const|function) \w+/g;
const EXPLANATION = /(?:\bexplanation:|\bEXPLANATION =)\s*"([^"]*)"/g;
const STATED = /\bexplanation(?::|,)/g;

/** @returns A sentence for each guard whose explanation is missing or differs from its doc comment. */
function findUnexplained(files: readonly SourceFile[]): string[] {
  const stating = files.filter(({ path, text }) => isSource(path) && /\bstateFacts\(/.test(text));
  return stating.flatMap(({ path, text }) => {
    const comments = Array.from(text.matchAll(DOC_COMMENT), ([, comment = ""]) => plain(comment));
    const explanations = Array.from(text.matchAll(EXPLANATION), ([, sentence = ""]) => sentence);
    const calls = text.match(/\bstateFacts\(/g)?.length ?? 0;
    const stated = text.match(STATED)?.length ?? 0;
    return [
      ...(stated < calls ? [`${path} states ${calls} guards and explains ${stated}`] : []),
      ...explanations
        .filter(
          (sentence) => !/^[A-Z][^.]*\.$/.test(sentence) || !comments.some((comment) => begins(comment, sentence)),
        )
        .map((sentence) => `${path}: no doc comment of a guard begins with "${sentence}"`),
    ];
  });
}

const isSource = (path: string) => path.startsWith("src/") && path.endsWith(".ts") && path !== FACTS;
const FACTS = "src/web/app/guard-facts.ts";

const begins = (comment: string, sentence: string) => comment === sentence || comment.startsWith(`${sentence} `);

/** The text of a comment, on one line. */
function plain(comment: string): string {
  return comment
    .replace(/^\s*\* ?/gm, "")
    .replace(/\s+/g, " ")
    .trim();
}

const tree = readTree(fileURLToPath(new URL("../../", import.meta.url).href));
const source = (...lines: string[]) => [{ path: "src/web/guards/x.ts", text: lines.join("\n") }];
const STATE = "export const requireX = stateFacts(x, { denies: [403],";

test("the doc comment of each guard begins with its explanation", () => {
  expect(findUnexplained(tree)).toEqual([]);
});

test("the tree has explanations to check", () => {
  const sentences = tree.filter(({ path }) => isSource(path)).flatMap(({ text }) => [...text.matchAll(EXPLANATION)]);
  expect(sentences.length).toBeGreaterThan(20);
});

test.each([
  ["without an explanation", source("/** Requires x. */", `${STATE} });`)],
  ["without a doc comment", source(`${STATE} explanation: "Requires x." });`)],
  ["with another sentence", source("/** Requires y. */", `${STATE} explanation: "Requires x." });`)],
  ["with a longer sentence", source("/** Requires x.5 and y. */", `${STATE} explanation: "Requires x." });`)],
  [
    "with the sentence in a later place",
    source("/** A guard. Requires x. */", `${STATE} explanation: "Requires x." });`),
  ],
  [
    "with the sentence on something else",
    source("/** Requires x. */", "interface X {}", `${STATE} explanation: "Requires x." });`),
  ],
  ["with two sentences", source("/** Requires x. Or y. */", `${STATE} explanation: "Requires x. Or y." });`)],
  ["without a sentence", source("/** requires x */", `${STATE} explanation: "requires x" });`)],
])("refuses a guard %s", (_, files) => {
  expect(findUnexplained(files)).toHaveLength(1);
});

test.each([
  ["on one line", source("/** Requires x. Denies. */", `${STATE} explanation: "Requires x." });`)],
  [
    "over several lines",
    source("/**", " * Requires", " * x. Denies.", " */", STATE, 'explanation:\n"Requires x." });'),
  ],
  [
    "of a constant",
    source('const EXPLANATION =\n"Requires x.";', "/** Requires x. */", `${STATE} explanation: EXPLANATION });`),
  ],
])("accepts a sentence %s", (_, files) => {
  expect(findUnexplained(files)).toEqual([]);
});
