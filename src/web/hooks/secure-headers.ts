/** Security headers (OWASP HTTP Headers Cheat Sheet). */

/** Defaults, which a response can override. */
const DEFAULTS = Object.entries({
  "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
  "Referrer-Policy": "same-origin",
  "X-Content-Type-Options": "nosniff",
  "X-Frame-Options": "DENY",
});

/** Adds the missing headers, and over HTTPS Strict-Transport-Security (RFC 6797). */
export function secureHeaders(request: Request, headers: Headers): void {
  for (const [name, value] of DEFAULTS) if (!headers.has(name)) headers.set(name, value);
  if (request.url.startsWith("https:")) headers.set("Strict-Transport-Security", "max-age=31536000");
}
