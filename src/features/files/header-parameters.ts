/** Header values with parameters, such as `form-data; name="f"` (RFC 9110 §5.6.6). */

export interface Parameterized {
  /** The part before the parameters, in lower case. */
  readonly value: string;
  /** Values without quotes, by name in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /[ \t]*;[ \t]*(?:([!#$%&'*+.^`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^ \t";]+)))?/y;

/** @returns Undefined if the header is malformed or repeats a parameter. */
export function parseParameters(header: string): Parameterized | undefined {
  const text = header.trim();
  const [value = ""] = /^[^; \t]*/.exec(text) ?? [];
  const parameters = new Map<string, string>();
  for (let at = value.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const [, name, quoted, token] = PARAMETER.exec(text) ?? [];
    if (PARAMETER.lastIndex === 0 || (name && parameters.has(name.toLowerCase()))) return undefined;
    // Browsers do not escape backslashes, so only unambiguous escapes are undone.
    if (name) parameters.set(name.toLowerCase(), quoted?.replace(/\\(["\\])/g, "$1") ?? token ?? "");
  }
  return { value: value.toLowerCase(), parameters };
}
