/** Splits the URL of a request, avoiding the cost of a `URL` object for ordinary URLs. */

export interface UrlParts {
  /** The pathname, percent-encoded, with dot segments resolved. */
  readonly path: string;
  /** The text after the question mark. Empty if there is none. */
  readonly query: string;
}

/** A URL whose path a full parse would not change: printable ASCII, no backslash, nothing like a dot segment. */
const PLAIN = /^[^/]+\/\/[^/?#]+((?:\/(?![.%])[!-"$-.0->@-[\]-~]*)+)(?:\?([^#]*))?(?:#|$)/;

/**
 * @param url An absolute URL, as in `Request.url`. Some servers pass it on unnormalized.
 * @returns The same parts as `new URL(url)`.
 */
export function splitUrl(url: string): UrlParts {
  const plain = PLAIN.exec(url);
  if (plain) return { path: plain[1] ?? "", query: plain[2] ?? "" };
  const { pathname, search } = new URL(url);
  return { path: pathname, query: search.slice(1) };
}
