/** The limits on lines that the template sets itself. */
import { stripTypeScriptTypes } from "node:module";
import { codeOf, type Rule, type SourceFile } from "../house/rules.ts";

const MAX_INDEX_LINES = 39;
/** Of code that runs: types, comments and empty lines do not count. */
const MAX_HTTP_LINES = 850;
const MAX_POLICY_LINES = 130;
const MAX_README_LINES = 250;

export const shortIndex: Rule = (files) => refuseLonger(files, "src/index.ts", MAX_INDEX_LINES);

/** The policy as `npm run routes` prints it. */
export const shortPolicy: Rule = (files) => refuseLonger(files, "test/routes.snap.txt", MAX_POLICY_LINES);

export const shortReadme: Rule = (files) => refuseLonger(files, "README.md", MAX_README_LINES);

export const smallHttp: Rule = (files) => {
  const core = files.filter(({ path }) => /^src\/http\/.*\.ts$/.test(path));
  const lines = core
    .flatMap(({ text }) => codeOf(stripTypeScriptTypes(text)).split("\n"))
    .filter((line) => /[^\s;]/.test(line)).length;
  return lines > MAX_HTTP_LINES ? [`src/http has ${lines} lines of code that runs, more than ${MAX_HTTP_LINES}`] : [];
};

function refuseLonger(files: readonly SourceFile[], name: string, maxLines: number): string[] {
  return files
    .filter(({ path }) => path === name)
    .map(({ path, text }) => ({ path, lines: text.trimEnd().split("\n").length }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ path, lines }) => `${path} has ${lines} lines, more than ${maxLines}`);
}
