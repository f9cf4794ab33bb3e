/** Reads the bindings, variables and secrets that the app and its features declare in `interface Env`. */

/** A member of `interface Env`. */
export interface EnvMember {
  readonly key: string;
  readonly isOptional: boolean;
  /** As it is written, such as `DurableObjectNamespace<ChatRoomObject>`. */
  readonly type: string;
}

/** @returns The keys of every `interface Env` within a `declare module "…/env.ts"`. */
export function readEnvKeys(source: string): string[] {
  return readEnvMembers(source).map(({ key }) => key);
}

/** @returns The members of every `interface Env` within a `declare module "…/env.ts"`. */
export function readEnvMembers(source: string): EnvMember[] {
  const code = withoutComments(source);
  return [...code.matchAll(/\bdeclare module\s+"[^"]*\benv\.ts"\s*\{/g)].flatMap(({ index, 0: opening }) =>
    membersIn(blockAfter(code, index + opening.length)),
  );
}

/** @returns The members of the `interface Env` that `src/env.ts` exports. */
export function readBaseEnvMembers(source: string): EnvMember[] {
  return membersIn(withoutComments(source));
}

function membersIn(code: string): EnvMember[] {
  return [...code.matchAll(/\binterface Env\s*\{/g)].flatMap((found) =>
    membersOf(blockAfter(code, found.index + found[0].length)),
  );
}

function membersOf(body: string): EnvMember[] {
  const members: EnvMember[] = [];
  for (const part of splitMembers(body)) {
    const [, key, optional, type] = /^\s*(?:readonly\s+)?([A-Za-z_$][\w$]*)(\??)\s*:\s*([\s\S]*)$/.exec(part) ?? [];
    if (key !== undefined) members.push({ key, isOptional: optional === "?", type: (type ?? "").trim() });
  }
  return members;
}

/** Splits at semicolons and line breaks outside of brackets. */
function splitMembers(body: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const char of body.replaceAll("=>", "\u21d2")) {
    if ("{[(<".includes(char)) depth++;
    if ("}])>".includes(char)) depth--;
    if (depth === 0 && /[;\n]/.test(char)) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
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
