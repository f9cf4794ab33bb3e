/** The header that names a download (RFC 6266). */

/**
 * @returns The value of `Content-Disposition`. A name that is not plain ASCII appears twice: encoded by RFC 8187, and
 *   simplified for clients that do not support that.
 *
 * @param type `attachment` to save the file, `inline` to show it.
 */
export function contentDisposition(type: "attachment" | "inline", name: string): string {
  // RFC 6266 appendix D: clients interpret `%`, quotes and backslashes differently.
  const plain = name.replace(/[^\x20-\x7e]/gu, "_").replace(/["%\\]/g, "_");
  const exact = plain === name ? "" : `; filename*=UTF-8''${encodeName(name)}`;
  return `${type}; filename="${plain}"${exact}`;
}

/** RFC 8187 §3.2.1 allows fewer unencoded characters than `encodeURIComponent` leaves. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
