/** The stylesheets of each page together, compressed as they are sent. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { readPublicFiles } from "../../scripts/public-files.ts";

const MAX_BYTES = 12 * 1024;

const root = join(import.meta.dirname, "../..");
const sizes = new Map(
  readPublicFiles()
    .filter(({ path }) => path.endsWith(".css"))
    .map(({ path, bytes }) => [path, gzipSync(bytes).byteLength]),
);

/** The stylesheets that pages name in addition to that of every page, as in `layout(…, ["notes/notes.css"])`. */
const lists = globSync("src/**/*.ts", { cwd: root }).flatMap((path) =>
  [...readFileSync(join(root, path), "utf8").matchAll(/\[[^\][]*"[\w/-]+\.css"[^\][]*\]/g)].map(([list]) =>
    Array.from(list.matchAll(/"([\w/-]+\.css)"/g), ([, name = ""]) => name),
  ),
);

test("every published stylesheet is in a list, and every list names published ones", () => {
  expect([...new Set(["page.css", ...lists.flat()])].sort()).toEqual([...sizes.keys()].sort());
});

test.each([[], ...lists].map((list) => ({ files: [...new Set(["page.css", ...list])] })))(
  "$files have at most 12 KiB",
  ({ files }) => {
    const bytes = files.reduce((sum, file) => sum + (sizes.get(file) ?? Number.NaN), 0);
    expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
  },
);
