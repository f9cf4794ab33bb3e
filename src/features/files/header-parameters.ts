/** Header values with parameters, such as `form-data; name="f"` (RFC 9110 §5.6.6). */

export interface Parameterized {
  /** What stands before the parameters, in lower case. */
  readonly value: string;
  /** By their names in lower case, without quotes. */
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /[ \t]*;[ \t]*(?:([!#$%&'*+.^`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^ \t";]+)))?/y;

/** @returns Undefined where it is malformed, or a parameter stands there twice. */
export function parseParameters(header: string): Parameterized | undefined {
  const text = header.trim();
  const [value = ""] = /^[^; \t]*/.exec(text) ?? [];
  const parameters = new Map<string, string>();
  for (let at = value.length; at < text.length; at = PARAMETER.lastIndex) {
    PARAMETER.lastIndex = at;
    const [, name, quoted, token] = PARAMETER.exec(text) ?? [];
    if (PARAMETER.lastIndex === 0 || (name && parameters.has(name.toLowerCase()))) return undefined;
    // Browsers escape no backslash: only what can't be meant otherwise is unescaped.
    if (name) parameters.set(name.toLowerCase(), quoted?.replace(/\\(["\\])/g, "$1") ?? token ?? "");
  }
  return { value: value.toLowerCase(), parameters };
}
