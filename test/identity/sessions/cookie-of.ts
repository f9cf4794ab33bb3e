/** Reads the cookies of responses. */

/** The value that a response sets a cookie to. */
export function cookieOf(response: Response, name: string): string {
  const [, value = ""] = new RegExp(`__Host-${name}=([^;]+)`).exec(response.headers.get("Set-Cookie") ?? "") ?? [];
  return value;
}
