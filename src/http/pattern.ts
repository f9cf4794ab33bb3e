/** Parses a path pattern into the form that the router matches. */
import { FORMS, MARK, REST } from "./segment.ts";
import { SetupError } from "./setup-error.ts";

/** A parameter of a pattern: its name and the type of its segment. */
export interface Param {
  readonly name: string;
  readonly type: string;
}

export interface PathPattern {
  /** The parameters, in order. For an exotic pattern, only those with a type. */
  readonly params: readonly Param[];
  /**
   * The pattern with a mark in place of each parameter: `/users/:id<int>` is `/users/ int`. There are
   * two if the last segment is optional. For an exotic pattern it is `/*`, which matches every path
   * that the pattern can match.
   */
  readonly paths: readonly string[];
  /** Set for an exotic pattern: one that is not made of ASCII segments, whole-segment parameters and a trailing `*`. */
  readonly exotic?: URLPattern;
}

/** A segment of characters that have no special meaning in a pattern and that a URL does not encode. */
const LITERAL = /^(?!\.{1,2}$)[\w\-.~!$&',;=@%]*$/;
const PARAM = /^:([A-Za-z_$][\w$]*)(?:<(int|uint|uuid)>)?(\??)$/;
/** The name that URLPattern gets for the capture of a trailing `*`. */
export const REST_GROUP = "$rest";
const TYPED = /:([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)<(.*?)>/gu;

/**
 * @param path The URLPattern pathname syntax, plus `:name<int>`, `:name<uint>` and `:name<uuid>`.
 * @param routes The names of the route, for the error.
 * @throws {SetupError} `pattern_invalid`. Its `cause` says what is wrong with the path.
 */
export function parsePattern(path: string, routes: readonly string[]): PathPattern {
  try {
    if (!/^[/*{(]/.test(path)) throw new TypeError("a path must begin with a slash");
    return parsePlain(path) ?? parseExotic(path);
  } catch (cause) {
    const problem = `The path is not a valid pattern (${cause})`;
    throw new SetupError("pattern_invalid", problem, routes, 'Write a path such as "/users/:id"', cause);
  }
}

function parsePlain(path: string): PathPattern | undefined {
  const params = new Map<string, string>();
  let marked = "";
  const [start, ...texts] = path.split("/");
  for (const [index, text] of texts.entries()) {
    const isLast = index === texts.length - 1;
    const [, name, type = "any", optional] = text === "*" ? ["", text, text] : (PARAM.exec(text) ?? []);
    if (name && (isLast || (type !== "*" && !optional))) {
      if (params.has(name)) throw new TypeError(`the parameter :${name} occurs twice`);
      params.set(name, type);
      marked += `/${MARK}${type}`;
    } else if (LITERAL.test(text)) marked += `/${text}`;
    else return undefined;
  }
  if (start) return undefined;
  const shorter = path.endsWith("?") ? marked.slice(0, marked.lastIndexOf("/")) : "";
  return { params: listParams(params), paths: shorter ? [marked, shorter] : [marked] };
}

function parseExotic(path: string): PathPattern {
  const params = new Map<string, string>();
  const named = path.replace(/(^|\/)\*$/, `$1:${REST_GROUP}(.*)`);
  const pathname = named.replace(TYPED, (_, name: string, type: string) => {
    const form = FORMS.get(type);
    if (!form) throw new TypeError(`unknown segment type <${type}>, use <int>, <uint> or <uuid>`);
    params.set(name, type);
    return `:${name}(${form.source.slice(1, -1)})`;
  });
  return { params: listParams(params), paths: [`/${REST}`], exotic: new URLPattern({ pathname }) };
}

function listParams(params: ReadonlyMap<string, string>): Param[] {
  return Array.from(params, ([name, type]) => ({ name, type }));
}
