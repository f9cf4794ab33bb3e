/** Reads a path pattern into the form that the router matches. */
import { FORMS, MARK, REST } from "./segment.ts";
import { SetupError } from "./setup-error.ts";

/** A parameter of a pattern: its name, and the type of its segment. */
export interface Param {
  readonly name: string;
  readonly type: string;
}

export interface PathPattern {
  /** The parameters, in order; of an exotic pattern only those with a type. */
  readonly params: readonly Param[];
  /**
   * The pattern with a mark for each parameter, `/users/:id<int>` as `/users/ int`; twice where the
   * last segment is optional. Of an exotic pattern, what takes it for certain: `/*`.
   */
  readonly paths: readonly string[];
  /** Matches an exotic pattern: one of more than whole segments. */
  readonly exotic?: URLPattern;
}

/** Characters that mean themselves in a pattern and that a URL leaves as they are. */
const LITERAL = /^(?!\.{1,2}$)[\w\-.~!$&',;=@%]*$/;
const PARAM = /^:([A-Za-z_$][\w$]*)(?:<(int|uint|uuid)>)?(\??)$/;
/** The name, for URLPattern, of what a trailing `*` captures. */
export const REST_GROUP = "$rest";
const TYPED = /:([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)<(.*?)>/gu;

/**
 * @param path The URLPattern pathname syntax, and `:name<int>`, `:name<uint>`, `:name<uuid>`.
 * @param routes The route's names, for the error.
 * @throws {SetupError} `pattern_invalid`, with what is wrong with the path as its cause.
 */
export function parsePattern(path: string, routes: readonly string[]): PathPattern {
  try {
    if (!/^[/*{(]/.test(path)) throw new TypeError("it begins with no slash");
    return parsePlain(path) ?? parseExotic(path);
  } catch (cause) {
    throw new SetupError("pattern_invalid", `The path is not a pattern (${cause})`, routes, cause);
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
      if (params.has(name)) throw new TypeError(`it names ${name} twice`);
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
    if (!form) throw new TypeError(`there is no segment type <${type}>`);
    params.set(name, type);
    return `:${name}(${form.source.slice(1, -1)})`;
  });
  return { params: listParams(params), paths: [`/${REST}`], exotic: new URLPattern({ pathname }) };
}

function listParams(params: ReadonlyMap<string, string>): Param[] {
  return Array.from(params, ([name, type]) => ({ name, type }));
}
