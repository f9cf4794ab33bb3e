/** No prepared request is left out of the failure table. */
import { expect, test } from "vitest";

const foldersOf = (files: Readonly<Record<string, unknown>>) =>
  Object.keys(files).map((path) => path.slice(0, path.lastIndexOf("/")));

test("each folder with prepared requests has its failure table", () => {
  const requests = import.meta.glob(["./features/*/requests.ts", "./assets/requests.ts", "./identity/requests.ts"]);
  const tables = import.meta.glob([
    "./features/*/failures.test.ts",
    "./assets/failures.test.ts",
    "./identity/failures.test.ts",
  ]);
  expect(foldersOf(tables).sort()).toEqual(foldersOf(requests).sort());
  expect(Object.keys(requests).length).toBeGreaterThan(0);
});
