/** Reads the bindings, variables and secrets that a feature declares in its `declare module` blocks. */

/** @returns The keys of every `interface Env` within a `declare module "…/env.ts"`. */
export function readEnvKeys(source: string): string[] {
  const code = withoutComments(source);
  return [...code.matchAll(/\bdeclare module\s+"[^"]*\benv\.ts"\s*\{/g)].flatMap(({ index, 0: opening }) => {
    const augmented = blockAfter(code, index + opening.length);
    return [...augmented.matchAll(/\binterface Env\s*\{/g)].flatMap((found) =>
      keysOf(blockAfter(augmented, found.index + found[0].length)),
    );
  });
}

function keysOf(body: string): string[] {
  let depth = 0;
  let top = "";
  for (const char of body) {
    if ("}])>".includes(char)) depth--;
    if (depth === 0) top += char;
    if ("{[(<".includes(char)) depth++;
  }
  return [...top.matchAll(/(?:^|[;\n])\s*(?:readonly\s+)?([A-Za-z_$][\w$]*)\??\s*:/g)].map(([, key = ""]) => key);
}

/** The text between the brace before `start` and its closing brace. */
function blockAfter(code: string, start: number): string {
  let depth = 1;
  for (let at = start; at < code.length; at++) {
    if (code[at] === "{") depth++;
    if (code[at] === "}") depth--;
    if (depth === 0) return code.slice(start, at);
  }
  return code.slice(start);
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}
