/** Migrations suit the code of the previous deploy, which still runs while they are applied. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { findBreaking } from "../../scripts/deploy/migration-safety.ts";

const folder = join(import.meta.dirname, "../../migrations");

test("no migration drops or renames what deployed code may use: a comment says since when it is unused", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql"));
  expect(files.length).toBeGreaterThan(0);
  const breaches = files.flatMap((name) =>
    findBreaking(readFileSync(join(folder, name), "utf8")).map(
      (statement) =>
        `migrations/${name}: ${statement}. First deploy code that does not use it, then add above: -- Unused since <version>`,
    ),
  );
  expect(breaches).toEqual([]);
});
