/** The oracle for the router: the matches of native URLPattern for patterns and paths. */

/** The route that matches, with its parameters. */
export interface Match {
  readonly pattern: string;
  readonly params: Record<string, string | undefined>;
}

/** The match of a table: the first pattern that matches. */
export function firstMatch(patterns: readonly string[], path: string): Match | undefined {
  for (const pattern of patterns) {
    const params = expectedParams(pattern, path);
    if (params) return { pattern, params };
  }
  return undefined;
}

/** Tells whether the pattern parses. */
export function parses(pattern: string): boolean {
  try {
    return Boolean(native(pattern));
  } catch {
    return false;
  }
}

const natives = new Map<string, URLPattern>();

/** The typed segments as regular expressions, as far as these can express them. `hasForm` checks the rest. */
const EXPRESSIONS: Record<string, string> = {
  int: "(0|-?[1-9]\\d*)",
  uint: "(0|[1-9]\\d*)",
  uuid: "([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})",
};

/** The native pattern. Throws if the pattern does not parse. */
function native(pattern: string): URLPattern {
  const pathname = pattern.replaceAll(/<(\w+)>/g, (_, type) => EXPRESSIONS[type] ?? "");
  const known = natives.get(pattern) ?? new URLPattern({ pathname });
  natives.set(pattern, known);
  return known;
}

/** The parameters of a path. Undefined if the pattern does not match. */
export function expectedParams(pattern: string, path: string): Record<string, string> | undefined {
  const { pathname } = new URL(`http://localhost${path}`);
  const groups = native(pattern).exec({ pathname })?.pathname.groups;
  if (!groups || !fitsTypes(pattern, groups)) return undefined;
  const rest = pattern.endsWith("/*") ? Object.keys(groups).filter((name) => /^\d+$/.test(name)).length - 1 : -1;
  const present = Object.entries(groups).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present.map(([name, value]) => [name === `${rest}` ? "*" : name, decoded(String(value))]));
}

function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function fitsTypes(pattern: string, groups: Record<string, string | undefined>): boolean {
  const typed = [...pattern.matchAll(/:(\w+)<(\w+)>/g)];
  return typed.every(([, name = "", type = ""]) => groups[name] === undefined || hasForm(groups[name], type));
}

/** The forms of typed segments, implemented as simply as possible. */
function hasForm(text: string, type: string): boolean {
  if (type === "uuid") {
    const groups = text.split("-");
    return (
      `${groups.map((group) => group.length)}` === "8,4,4,4,12" &&
      [...groups.join("")].every((digit) => "0123456789abcdefABCDEF".includes(digit))
    );
  }
  const value = Number(text);
  return String(value) === text && Number.isSafeInteger(value) && (type === "int" || value >= 0);
}
