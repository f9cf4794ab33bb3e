/** The security schemes of the API, and the requirements of a route. */
import { type Credential, factsOf } from "../app/guard-facts.ts";
import type { Operation, SecurityScheme } from "./document.ts";

/** The scheme of each credential. */
export const SECURITY_SCHEMES: Readonly<Record<Credential, SecurityScheme>> = {
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "An access token, issued on sign-in.",
  },
  key: { type: "apiKey", in: "header", name: "X-API-Key", description: "An API key that has the listed permission." },
  session: {
    type: "apiKey",
    in: "cookie",
    name: "__Host-session",
    description: "The session cookie of a browser. A state-changing request must come from a page of this site.",
  },
};

const CREDENTIALS = ["token", "key", "session"] as const;

/** The request headers in which credentials are sent, in lower case. */
export const CREDENTIAL_HEADERS: readonly string[] = ["authorization", "x-api-key", "cookie"];

/** @returns Undefined for a route that anyone may use. Any one of the requirements suffices. */
export function securityOf(guards: readonly object[]): Operation["security"] {
  const facts = guards.flatMap((guard) => factsOf(guard) ?? []);
  const accepted = facts.flatMap(({ credentials }) => (credentials ? [credentials] : []));
  if (accepted.length === 0) return undefined;
  const permissions = facts.flatMap(({ permission }) => permission ?? []);
  return CREDENTIALS.filter((credential) => accepted.every((list) => list.includes(credential))).map((credential) => ({
    [credential]: credential === "key" ? permissions : [],
  }));
}
