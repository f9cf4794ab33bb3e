/** The name under which a browser saves what it downloads (RFC 6266). */

/**
 * `Content-Disposition`. A name that is not plain ASCII comes twice: in RFC 8187's form, and in one for clients
 * that do not know it.
 *
 * @param type `attachment` to be saved, `inline` to be shown.
 */
export function contentDisposition(type: "attachment" | "inline", name: string): string {
  // RFC 6266 appendix D: no `%`, quote or backslash, which clients read in different ways.
  const plain = name.replace(/[^\x20-\x7e]/gu, "_").replace(/["%\\]/g, "_");
  const exact = plain === name ? "" : `; filename*=UTF-8''${encodeName(name)}`;
  return `${type}; filename="${plain}"${exact}`;
}

/** RFC 8187 §3.2.1 allows fewer characters than `encodeURIComponent` leaves alone. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
