/** Reads a path pattern into the form that the router matches. */
import type { SegmentType } from "./segment-type.ts";
import { SetupError } from "./setup-error.ts";

/** A parameter of a pattern: its name, and the form its value has. */
export interface Param {
  readonly name: string;
  readonly type: SegmentType;
}

interface Named {
  /** The parameters, in order; of an exotic pattern only those with a type. */
  readonly params: readonly Param[];
  /** The names of those that are numbers. */
  readonly numbers: readonly string[];
}

export type Segment =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "param"; readonly type: SegmentType }
  | { readonly kind: "rest" };

/** A pattern of whole segments: literals, `:name`, `:name<type>`, at the end also `:name?` or `*`. */
export interface PlainPattern extends Named {
  readonly kind: "plain";
  /** One list of segments; two where the last segment is optional, the longer first. */
  readonly variants: readonly (readonly Segment[])[];
}

/** Any other pattern: left to the platform's own `URLPattern`. */
export interface ExoticPattern extends Named {
  readonly kind: "exotic";
  readonly matcher: URLPattern;
  /** The literal segments that it begins with. */
  readonly prefix: readonly string[];
  /** Whether its last group is a trailing `*`. */
  readonly endsInRest: boolean;
}

export type PathPattern = PlainPattern | ExoticPattern;

const PARAM = /^:([A-Za-z_$][\w$]*)(?:<(\w+)>)?(\?)?$/;
/** Characters that mean themselves in a pattern and that a URL leaves as they are. */
const LITERAL = /^(?!\.{1,2}$)[\w\-.~!$&',;=@%]*$/;
const TYPED = /:([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)<([^>]*)>/gu;
const FORMS: Record<string, string> = {
  int: "(0|-?[1-9]\\d*)",
  uint: "(0|[1-9]\\d*)",
  uuid: "([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})",
};

/**
 * @param path The URLPattern pathname syntax, and `:name<int>`, `:name<uint>`, `:name<uuid>`.
 * @param label The route's name, for the error.
 * @throws {SetupError} `pattern_invalid`, saying what is wrong with the path.
 */
export function parsePattern(path: string, label: string): PathPattern {
  if (typeof path !== "string" || !/^[/*{(]/.test(path)) throw invalid(label, "A path begins with a slash");
  const pattern = parsePlain(path) ?? parseExotic(path, label);
  const names = new Set(pattern.params.map((param) => param.name));
  if (names.size < pattern.params.length) throw invalid(label, "A path names each parameter once");
  return pattern;
}

function parsePlain(path: string): PlainPattern | undefined {
  const texts = splitSegments(path);
  const segments: Segment[] = [];
  const params: Param[] = [];
  for (const text of texts) {
    const parsed = parseSegment(text, segments.length === texts.length - 1);
    if (!parsed) return undefined;
    segments.push(parsed.segment);
    if (parsed.param) params.push(parsed.param);
  }
  const variants = path.endsWith("?") ? [segments, segments.slice(0, -1)] : [segments];
  return { kind: "plain", variants, ...named(params) };
}

function named(params: readonly Param[]): Named {
  return { params, numbers: params.filter(({ type }) => type === "int" || type === "uint").map(({ name }) => name) };
}

function splitSegments(path: string): string[] {
  return path.startsWith("/") ? path.slice(1).split("/") : [path];
}

function parseSegment(text: string, isLast: boolean): { segment: Segment; param?: Param } | undefined {
  if (LITERAL.test(text)) return { segment: { kind: "literal", text } };
  if (text === "*" && isLast) return { segment: { kind: "rest" }, param: { name: "*", type: "any" } };
  const [, name, type = "any", optional] = PARAM.exec(text) ?? [];
  if (name === undefined || !isSegmentType(type) || (optional && !isLast)) return undefined;
  return { segment: { kind: "param", type }, param: { name, type } };
}

function isSegmentType(type: string): type is SegmentType {
  return type === "any" || type in FORMS;
}

function parseExotic(path: string, label: string): ExoticPattern {
  const params: Param[] = [];
  const pathname = path.replace(TYPED, (_, name: string, type: string) => {
    if (type === "any" || !isSegmentType(type)) throw invalid(label, `There is no segment type <${type}>`);
    params.push({ name, type });
    return `:${name}${FORMS[type]}`;
  });
  const texts = splitSegments(path);
  const literals = texts.findIndex((text) => !LITERAL.test(text));
  const matcher = compile(pathname, label);
  return { kind: "exotic", matcher, prefix: texts.slice(0, Math.max(literals, 0)), ...named(params), endsInRest: /(?:^|\/)\*$/.test(path) };
}

function compile(pathname: string, label: string): URLPattern {
  if (typeof URLPattern === "undefined") throw invalid(label, "This runtime has no URLPattern, which this path needs");
  try {
    return new URLPattern({ pathname });
  } catch (cause) {
    throw invalid(label, "The path is not a URLPattern", cause);
  }
}

function invalid(label: string, message: string, cause?: unknown): SetupError {
  return new SetupError("pattern_invalid", message, [label], cause);
}
