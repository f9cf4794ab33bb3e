/** The files to publish: a module comes with all that it imports, so a page loads one module. */
import { expect, test } from "vitest";
import { findReferences } from "../../scripts/asset-references.ts";
import { readPublicFiles } from "../../scripts/public-files.ts";

const files = readPublicFiles();

test("no published module imports another, and the parts of a file are not published on their own", async () => {
  const modules = files.filter(({ path }) => path.endsWith(".js"));
  expect(modules.some(({ parts = [] }) => parts.length > 1)).toBe(true);
  for (const file of modules)
    expect(
      (await findReferences(file)).filter(({ isImport }) => isImport),
      file.path,
    ).toEqual([]);
  const parts = files.flatMap(({ path, parts = [] }) => parts.map((part) => part.path).filter((part) => part !== path));
  expect(files.map(({ path }) => path).filter((path) => parts.includes(path))).toEqual([]);
});
