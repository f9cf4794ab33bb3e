/** Safe methods, which change no state (RFC 9110 §9.2.1). */

const SAFE_METHODS = ["GET", "HEAD", "OPTIONS"];

export function isSafeMethod(method: string): boolean {
  return SAFE_METHODS.includes(method);
}
